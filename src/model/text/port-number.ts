/** True for the digits of a port, 0 to 65535. */
export function isPortNumber(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535
}
