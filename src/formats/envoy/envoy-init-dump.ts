import {field, isObject, listOf, textOf, textsOf} from '../decode.js'
import {jsonBlocks} from '../pasted/json-blocks.js'
import {unwrapLines} from '../wrapped-text/unwrap.js'

/** A manager of Envoy's initialization and the targets it still waits for (admin.v3.UnreadyTargetsDumps). */
export interface UnreadyTargets {
  readonly name: string
  readonly targets: readonly string[]
}

/** True for a text that holds the /init_dump page. */
export function isInitDump(text: string): boolean {
  return /"unready_?[tT]argets_?[dD]umps"/.test(text)
}

/** What Envoy still waits for; not whole where the text is cut, so that more may be missing. */
export interface InitDump {
  readonly waiting: readonly UnreadyTargets[]
  readonly whole: boolean
}

/** Reads the /init_dump page, also with what collectors, mail and chats put around it. */
export function parseInitDump(text: string): InitDump {
  const plain = unwrapLines(text)
    .filter(({command}) => command !== true)
    .map(line => line.text)
    .join('\n')
  const pages = jsonBlocks(plain).filter(
    ({value}) => isObject(value) && Array.isArray(field(value, 'unready_targets_dumps')),
  )
  const waiting = pages
    .flatMap(({value}) => listOf(value, 'unready_targets_dumps'))
    .map(each => ({name: textOf(each, 'name') ?? '', targets: textsOf(each, 'target_names')}))
    .filter(({targets}) => targets.length > 0)
  return {waiting, whole: pages.length > 0 && pages.every(({cuts}) => cuts.length === 0)}
}
