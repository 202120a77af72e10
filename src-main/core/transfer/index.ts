export { createExporter } from './export.ts';
export { createImporter, type ImportProgress } from './import.ts';
export { createUploads } from './uploads.ts';
