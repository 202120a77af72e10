import type { TimeExpression } from '../../../../src-shared/schema/extraction.ts';

/** One line for a list of expressions, so that test tables stay readable: `d 2026-11-21 | r 15:00:00~16:00:00`. */
export function brief(expressions: readonly TimeExpression[]): string {
  return expressions.map(one).join(' | ');
}

function one(expression: TimeExpression): string {
  switch (expression.kind) {
    case 'date':
      return `d ${expression.value}`;
    case 'datetime':
      return `dt ${expression.value}`;
    case 'time':
      return `t ${expression.value}`;
    case 'range':
      return `r ${expression.from ?? ''}~${expression.to ?? ''}`;
    case 'duration':
      return `u ${expression.seconds}`;
    case 'set':
      return `s ${expression.rrule}${expression.time === undefined ? '' : `@${expression.time}`}`;
  }
}
