import * as electron from 'electron';
import { startDesktop } from './start-desktop.ts';

void startDesktop(electron, process);
