import { createRequire } from 'node:module';
import { cruise, type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';

interface Rules {
  forbidden: IForbiddenRuleType[];
  options: ICruiseOptions & { enhancedResolveOptions: Record<string, unknown> };
  /** The features of core from the ground up, those of one line side by side. */
  order: readonly (readonly string[])[];
}

export const rules: Rules = createRequire(import.meta.url)('./dependency-rules.cjs');

export interface Violation {
  rule: string;
  from: string;
  to: string;
}

export interface Boundaries {
  /** Files of ours that were read. */
  modules: number;
  violations: Violation[];
}

/**
 * Reads every import below the folders of `baseDir` and returns those that break a rule.
 * Throws when it sees no module: a check of nothing would pass for ever.
 */
export async function readBoundaries(baseDir: string, folders: readonly string[]): Promise<Boundaries> {
  const { enhancedResolveOptions, ...options } = rules.options;
  const { output } = await cruise(
    [...folders],
    { ...options, baseDir, validate: true, ruleSet: { forbidden: rules.forbidden } },
    enhancedResolveOptions,
  );
  const { modules, summary } = output as ICruiseResult;
  const ours = modules.filter((module) => /\.tsx?$/.test(module.source) && !module.source.includes('node_modules'));
  if (ours.length === 0)
    throw new Error(`0 modules seen in ${folders.join(', ')} of ${baseDir}: the check would check nothing`);
  return {
    modules: ours.length,
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}

export const sourceFolders = ['src-shared', 'src-main', 'src-renderer'] as const;
