// Prints who imports what it must not; part of `npm run check`.
import { join } from 'node:path';
import { readBoundaries, rules, sourceFolders } from './boundaries.ts';

const { modules, violations } = await readBoundaries(join(import.meta.dirname, '../..'), sourceFolders);
for (const { rule, from, to } of violations) {
  const why = rules.forbidden.find(({ name }) => name === rule)?.comment ?? '';
  console.log(`${rule}: ${from} → ${to}${why ? `\n    ${why}` : ''}`);
}
console.log(`${modules} modules, ${violations.length} violations`);
if (violations.length > 0) process.exitCode = 1;
