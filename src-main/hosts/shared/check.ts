/** One thing that was looked at, in words for whoever runs the product. */
export interface Check {
  name: string;
  state: 'ok' | 'warning' | 'failure';
  detail: string;
  /** The same for somebody else, where `detail` repeats what stands in the configuration. */
  forOthers?: string;
}
