/** How far something long has come, for whoever waits. */
export interface Step {
  doing: 'copy' | 'write' | 'read' | 'look' | 'put';
  /** Bytes, or 0 of 1 where nobody can tell. */
  done: number;
  total: number;
}
