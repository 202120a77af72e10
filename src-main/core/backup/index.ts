export { type Container, openContainer } from './container/read-container.ts';
export { type BackupReport, makeBackup } from './make-backup.ts';
export { holdForRestore, type RestoreReport } from './restore-backup.ts';
export { finishRestore, refuseWhileRestoring } from './restore-plan.ts';
export { type Step } from './step.ts';
export { type VerifyReport, verifyBackup } from './verify-backup.ts';
