import { formatFull, formatMoment, formatTime } from './format.ts';
import { usePlace } from './use-place.ts';

/** A point in time in the reader's words; the complete one is in its title. */
export function Moment({
  at,
  style = 'moment',
  className,
}: {
  at: string;
  style?: 'moment' | 'time';
  className?: string;
}) {
  const place = usePlace();
  const date = new Date(at);
  return (
    <time dateTime={at} title={formatFull(date, place)} className={className}>
      {style === 'time' ? formatTime(date, place) : formatMoment(date, place)}
    </time>
  );
}
