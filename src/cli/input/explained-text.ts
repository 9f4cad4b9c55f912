import {UserError} from '../../model/evidence/user-error.js'

/** The text to explain: the arguments, a file or standard input; undefined when none was given. */
export async function explainedText(words: readonly string[], file: string | undefined): Promise<string | undefined> {
  if (file !== undefined && words.length > 0) throw new UserError('give words or a file with -f, not both')
  const path = file ?? (words.length === 1 && words[0] === '-' ? '-' : undefined)
  if (path === undefined) return words.length === 0 ? undefined : words.join(' ')
  const {readInputs} = await import('../../sources/files/read-inputs.js')
  const files = await readInputs([path])
  const text = files
    .map(({bytes}) =>
      Buffer.from(bytes)
        .toString('utf8')
        .replace(/^\ufeff/, ''),
    )
    .join('\n')
  if (text.trim() === '') throw new UserError(`${path === '-' ? 'standard input' : path} is empty`)
  return text
}
