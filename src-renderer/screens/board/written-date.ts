/** "2026-11-27", "2026/11/27 15:00" or "2026年11月27日" as a due date in this computer's zone; null for anything else. */
export function writtenDate(text: string): string | null {
  const match = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]+(\d{1,2}):(\d{2}))?$/.exec(text.trim());
  if (!match) return null;
  const [year, month, day, hour, minute] = match.slice(1).map((part) => (part === undefined ? null : Number(part)));
  if (year == null || month == null || day == null) return null;
  const date = new Date(year, month - 1, day, hour ?? 0, minute ?? 0);
  const isReal = date.getMonth() === month - 1 && date.getDate() === day && (hour ?? 0) < 24 && (minute ?? 0) < 60;
  if (!isReal) return null;
  if (hour !== null && hour !== undefined) return date.toISOString();
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
