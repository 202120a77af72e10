/** Hands a file to the browser, to be saved where its user likes. */
export function saveFile(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the address by the next turn; until it is given back, the bytes stay in memory.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
