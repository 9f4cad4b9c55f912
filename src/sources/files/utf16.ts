/** UTF-16 text, which PowerShell writes when output is redirected, as UTF-8; other bytes as they are. It is known by its byte order mark. */
export function withoutUtf16(bytes: Uint8Array): Uint8Array {
  const [first, second, third, fourth] = bytes
  const little = first === 0xff && second === 0xfe && !(third === 0 && fourth === 0)
  if (!little && !(first === 0xfe && second === 0xff)) return bytes
  return Buffer.from(new TextDecoder(little ? 'utf-16le' : 'utf-16be').decode(bytes))
}
