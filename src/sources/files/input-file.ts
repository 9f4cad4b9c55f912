/** A file from the command line: its label and its bytes, already unpacked. */
export interface InputFile {
  readonly label: string
  readonly bytes: Uint8Array
}
