import {UserError} from '../../model/evidence/user-error.js'

/** The text as the answer quotes it, which may be sent to others; a single word is a code or a term. */
async function withoutSecrets(text: string): Promise<string> {
  if (!/\s/.test(text.trim())) return text
  const {scrubText} = await import('../../formats/redact/scrub.js')
  return scrubText(text)
}

/** The text to explain: the arguments, a file or standard input, without secrets; undefined when none was given. */
export async function explainedText(words: readonly string[], file: string | undefined): Promise<string | undefined> {
  if (file !== undefined && words.length > 0) throw new UserError('give words or a file with -f, not both')
  const path = file ?? (words.length === 1 && words[0] === '-' ? '-' : undefined)
  if (path === undefined) return words.length === 0 ? undefined : await withoutSecrets(words.join(' '))
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
  return await withoutSecrets(text)
}
