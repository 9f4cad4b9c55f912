import {htmlText, isHtml} from '../../formats/html-text.js'
import type {InputFile} from './input-file.js'
import {withoutDiff, withoutKubectlLines} from './kubectl-lines.js'
import {readInput, readStdin} from './read.js'
import {refuseUrl} from './refuse-url.js'
import {unpackAll} from './unpack.js'
import {withoutUtf16} from './utf16.js'

/** The files at paths (`-` for standard input), archives unpacked, UTF-16 and HTML as plain text. */
export async function readInputs(paths: readonly string[]): Promise<readonly InputFile[]> {
  const all: InputFile[] = []
  for (const path of paths) {
    refuseUrl(path)
    const bytes = path === '-' ? await readStdin() : await readInput(path)
    const label = path === '-' ? 'standard input' : path
    for (const file of await unpackAll({label, bytes})) {
      const plain = withoutDiff(withoutKubectlLines(withoutUtf16(file.bytes)).bytes).bytes
      const text = Buffer.from(plain.subarray(0, 4096)).toString('utf8')
      all.push({
        label: file.label,
        bytes: isHtml(text) ? Buffer.from(htmlText(Buffer.from(plain).toString('utf8'))) : plain,
      })
    }
  }
  return all
}
