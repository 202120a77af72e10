import { contextBridge, ipcRenderer } from 'electron';
import { buildBridge } from './bridge.ts';

buildBridge({ contextBridge, ipcRenderer, isMainFrame: process.isMainFrame, page: window });
