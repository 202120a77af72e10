export {
  applyMapping,
  type CompiledMapping,
  compileMapping,
  MappingInvalid,
  type MappingProblem,
  mappingProblems,
} from './mapping.ts';
