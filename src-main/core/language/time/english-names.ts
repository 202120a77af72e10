const names = (rows: string): Map<string, number> =>
  new Map(rows.split('|').flatMap((row, index) => row.split(' ').map((name) => [name, index + 1] as const)));

export const MONTHS = names(
  'january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sept sep|october oct|november nov|december dec',
);

export const WEEKDAYS = names(
  "monday mon monday's|tuesday tues tue tuesday's|wednesday weds wed wednesday's|thursday thurs thur thu thursday's|friday fri friday's|saturday sat saturday's|sunday sun sunday's",
);

/** Plural weekday names repeat: "Mondays". */
export const WEEKDAY_PLURALS = names('mondays|tuesdays|wednesdays|thursdays|fridays|saturdays|sundays');
