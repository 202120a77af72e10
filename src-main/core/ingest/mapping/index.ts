export { applyMapping, type CompiledMapping, compileMapping, MappingInvalid, type MappingProblem } from './mapping.ts';
