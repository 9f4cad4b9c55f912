/** A file given by hand: what to call it and its bytes, already unpacked. */
export interface InputFile {
  readonly label: string
  readonly bytes: Uint8Array
}
