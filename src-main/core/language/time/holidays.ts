import { civilOf, dayNumber, nthWeekday } from './civil.ts';

/** The day number of a holiday in a year; null where the year has none. */
export type Holiday = (year: number) => number | null;

const fixed =
  (month: number, day: number): Holiday =>
  (year) =>
    dayNumber(year, month, day);
const nth =
  (month: number, weekday: number, index: number, shift = 0): Holiday =>
  (year) => {
    const day = nthWeekday(year, month, weekday, index);
    return day === null ? null : day + shift;
  };
const lunar =
  (month: number, day: number, shift = 0): Holiday =>
  (year) => {
    const found = lunarDay(year, month, day);
    return found === null ? null : found + shift;
  };
const afterEaster =
  (shift: number): Holiday =>
  (year) =>
    easter(year) + shift;

const CHRISTMAS = fixed(12, 25);
const CHRISTMAS_EVE = fixed(12, 24);
const NEW_YEAR = fixed(1, 1);
const NEW_YEAR_EVE = fixed(12, 31);
const THANKSGIVING = nth(11, 4, 4);
const SPRING_FESTIVAL = lunar(1, 1);

/** Keys are words joined by one space, without apostrophes and without a closing "day". */
export const ENGLISH_HOLIDAYS = new Map<string, Holiday>([
  ['christmas', CHRISTMAS],
  ['xmas', CHRISTMAS],
  ['christmas eve', CHRISTMAS_EVE],
  ['xmas eve', CHRISTMAS_EVE],
  ['boxing', fixed(12, 26)],
  ['new year', NEW_YEAR],
  ['new years', NEW_YEAR],
  ['yuandan', NEW_YEAR],
  ['new year eve', NEW_YEAR_EVE],
  ['new years eve', NEW_YEAR_EVE],
  ['valentines', fixed(2, 14)],
  ['valentine', fixed(2, 14)],
  ['saint patricks', fixed(3, 17)],
  ['saint patrick', fixed(3, 17)],
  ['st patricks', fixed(3, 17)],
  ['april fools', fixed(4, 1)],
  ['earth', fixed(4, 22)],
  ['may', fixed(5, 1)],
  ['independence', fixed(7, 4)],
  ['halloween', fixed(10, 31)],
  ['veterans', fixed(11, 11)],
  ['juneteenth', fixed(6, 19)],
  ['guy fawkes', fixed(11, 5)],
  ['martin luther king', nth(1, 1, 3)],
  ['mlk', nth(1, 1, 3)],
  ['presidents', nth(2, 1, 3)],
  ['mothers', nth(5, 7, 2)],
  ['mother', nth(5, 7, 2)],
  ['memorial', nth(5, 1, -1)],
  ['fathers', nth(6, 7, 3)],
  ['father', nth(6, 7, 3)],
  ['labor', nth(9, 1, 1)],
  ['labour', nth(9, 1, 1)],
  ['columbus', nth(10, 1, 2)],
  ['thanksgiving', THANKSGIVING],
  ['thanks giving', THANKSGIVING],
  ['black friday', nth(11, 4, 4, 1)],
  ['cyber monday', nth(11, 4, 4, 4)],
  ['good friday', afterEaster(-2)],
  ['easter', afterEaster(0)],
  ['easter sunday', afterEaster(0)],
  ['easter monday', afterEaster(1)],
  ['chinese new year', SPRING_FESTIVAL],
  ['lunar new year', SPRING_FESTIVAL],
  ['spring festival', SPRING_FESTIVAL],
  ['mid-autumn festival', lunar(8, 15)],
  ['dragon boat festival', lunar(5, 5)],
]);

/** Names that are everyday words without their closing "day". */
export const HOLIDAYS_NEEDING_DAY = new Set([
  'may',
  'earth',
  'boxing',
  'mother',
  'father',
  'mothers',
  'fathers',
  'memorial',
  'labor',
  'labour',
  'independence',
  'columbus',
  'valentine',
  'veterans',
  'presidents',
  'martin luther king',
  'mlk',
  'saint patrick',
  'april fools',
]);

/** Longer names stand before the shorter ones that begin them. */
export const CHINESE_HOLIDAYS: readonly (readonly [string, Holiday])[] = [
  ['中秋节', lunar(8, 15)],
  ['中秋', lunar(8, 15)],
  ['端午节', lunar(5, 5)],
  ['端午', lunar(5, 5)],
  ['重阳节', lunar(9, 9)],
  ['重阳', lunar(9, 9)],
  ['元宵节', lunar(1, 15)],
  ['元宵', lunar(1, 15)],
  ['七夕节', lunar(7, 7)],
  ['七夕', lunar(7, 7)],
  ['腊八节', lunar(12, 8)],
  ['腊八', lunar(12, 8)],
  ['大年三十', lunar(1, 1, -1)],
  ['大年初一', SPRING_FESTIVAL],
  ['正月初一', SPRING_FESTIVAL],
  ['除夕', lunar(1, 1, -1)],
  ['春节', SPRING_FESTIVAL],
  ['清明节', qingming],
  ['清明', qingming],
  ['元旦节', NEW_YEAR],
  ['元旦', NEW_YEAR],
  ['新年', NEW_YEAR],
  ['情人节', fixed(2, 14)],
  ['女生节', fixed(3, 7)],
  ['妇女节', fixed(3, 8)],
  ['三八节', fixed(3, 8)],
  ['植树节', fixed(3, 12)],
  ['愚人节', fixed(4, 1)],
  ['五一劳动节', fixed(5, 1)],
  ['劳动节', fixed(5, 1)],
  ['五一', fixed(5, 1)],
  ['五四青年节', fixed(5, 4)],
  ['青年节', fixed(5, 4)],
  ['六一儿童节', fixed(6, 1)],
  ['儿童节', fixed(6, 1)],
  ['六一', fixed(6, 1)],
  ['七一', fixed(7, 1)],
  ['八一建军节', fixed(8, 1)],
  ['建军节', fixed(8, 1)],
  ['教师节', fixed(9, 10)],
  ['国庆节', fixed(10, 1)],
  ['国庆', fixed(10, 1)],
  ['十一国庆', fixed(10, 1)],
  ['万圣节', fixed(10, 31)],
  ['光棍节', fixed(11, 11)],
  ['双十一', fixed(11, 11)],
  ['双十二', fixed(12, 12)],
  ['感恩节', THANKSGIVING],
  ['平安夜', CHRISTMAS_EVE],
  ['圣诞节', CHRISTMAS],
  ['圣诞', CHRISTMAS],
  ['跨年夜', NEW_YEAR_EVE],
  ['母亲节', nth(5, 7, 2)],
  ['父亲节', nth(6, 7, 3)],
];

/** Meeus' rule for the Gregorian calendar. */
function easter(year: number): number {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const inCentury = year % 100;
  const leapCorrection = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - leapCorrection + 15) % 30;
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - epact - (inCentury % 4)) % 7;
  const lateness = Math.floor((golden + 11 * epact + 22 * weekday) / 451);
  const sum = epact + weekday - 7 * lateness + 114;
  return dayNumber(year, Math.floor(sum / 31), (sum % 31) + 1);
}

/** The solar term falls on 4 to 6 April; the usual constant of the 21st century, good from 1901 to 2099. */
function qingming(year: number): number {
  const inCentury = year % 100;
  const constant = year >= 2000 ? 4.81 : 5.59;
  return dayNumber(year, 4, Math.floor(inCentury * 0.2422 + constant) - Math.floor(inCentury / 4));
}

let lunarFormat: Intl.DateTimeFormat | undefined;
const lunarDays = new Map<string, number | null>();
const MAX_LUNAR_DAYS = 512;
/** Months whose new moon falls within minutes of midnight in Beijing, where ICU is a day off the official calendar. */
const LUNAR_CORRECTIONS = new Map([
  ['1933-6', -1],
  ['1954-1', -1],
  ['1955-2', -1],
  ['1998-12', -1],
  ['2012-7', -1],
  ['2018-10', 1],
  ['2027-1', -1],
  ['2030-1', 1],
]);

/** The day of a lunar month within the lunar year that begins in the given year; ICU's calendar, 1900–2100. */
function lunarDay(year: number, month: number, day: number): number | null {
  if (year < 1900 || year > 2100) return null;
  const key = `${year}-${month}-${day}`;
  const known = lunarDays.get(key);
  if (known !== undefined) return known;
  const calculated = findLunarDay(year, month, day);
  const found = calculated === null ? null : calculated + (LUNAR_CORRECTIONS.get(`${year}-${month}`) ?? 0);
  if (lunarDays.size >= MAX_LUNAR_DAYS) lunarDays.clear();
  lunarDays.set(key, found);
  return found;
}

function findLunarDay(year: number, month: number, day: number): number | null {
  lunarFormat ??= new Intl.DateTimeFormat('en-US-u-ca-chinese-nu-latn', {
    timeZone: 'UTC',
    month: 'numeric',
    day: 'numeric',
  });
  // New Year's Day lies between 21 January and 21 February, each month is 29 or 30 days and one may be a leap month.
  const earliest = dayNumber(year, 1, 20) + Math.floor((month - 1) * 29.5) + day - 3;
  for (let at = earliest; at < earliest + 70; at += 1) {
    const parts = lunarFormat.formatToParts(at * 86_400_000);
    const field = (type: string) => parts.find((part) => part.type === type)?.value;
    if (field('month') === String(month) && field('day') === String(day)) return at;
  }
  return null;
}

/** Candidate days of a yearly day around a reference, in calendar order. */
export function yearlyDays(on: Holiday, today: number): number[] {
  const { year } = civilOf(today);
  const near = daysOfYears(on, year - 1, year + 1);
  if (near.some((day) => day >= today) && near.some((day) => day < today)) return near;
  // 29 February may be up to eight years away, across 1900 or 2100.
  return daysOfYears(on, year - 8, year + 8);
}

function daysOfYears(on: Holiday, from: number, to: number): number[] {
  const days: number[] = [];
  for (let year = from; year <= to; year += 1) {
    const day = on(year);
    if (day !== null) days.push(day);
  }
  return days;
}
