import {UserError} from '../model/user-error.js'

/** The text to explain: the words of the command line, or a file or standard input; undefined when nothing was named. */
export async function explainedText(words: readonly string[], file: string | undefined): Promise<string | undefined> {
  if (file !== undefined && words.length > 0) throw new UserError('give words or a file with -f, not both')
  const path = file ?? (words.length === 1 && words[0] === '-' ? '-' : undefined)
  if (path === undefined) return words.length === 0 ? undefined : words.join(' ')
  const {readInput, readStdin, unpacked} = await import('../sources/files/read.js')
  const {withoutUtf16} = await import('../sources/files/utf16.js')
  const bytes = path === '-' ? await readStdin() : await readInput(path)
  const text = Buffer.from(withoutUtf16(unpacked({label: path, bytes}).bytes))
    .toString('utf8')
    .replace(/^\ufeff/, '')
  if (text.trim() === '') throw new UserError(`${path === '-' ? 'standard input' : path} is empty`)
  return text
}
