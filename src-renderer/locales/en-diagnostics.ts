/** The diagnostics bundle: what it is for, and what is in it. */
export const enDiagnostics = {
  'diagnostics.open': 'Save a diagnostics bundle…',
  'diagnostics.packing': 'Packing…',
  'diagnostics.title': 'Diagnostics bundle',
  'diagnostics.promise':
    'For whoever looks into a fault. It holds no message, no name, no token, no address and no path. This is in it:',
  'diagnostics.contents': 'Contents of the bundle',
  'diagnostics.about': 'Versions of the program and the system',
  'diagnostics.configuration': 'Settings, without texts of yours',
  'diagnostics.checks': 'What the checks found',
  'diagnostics.status': 'Figures of this screen',
  'diagnostics.log': 'Last lines of the log, without texts',
  'diagnostics.save': 'Save',
} as const;
