import {isObject, listOf, textOf, textsOf} from '../decode.js'
import {jsonBlocks} from '../pasted/json-blocks.js'

/** A manager of Envoy's initialization and the targets it still waits for (admin.v3.UnreadyTargetsDumps). */
export interface UnreadyTargets {
  readonly name: string
  readonly targets: readonly string[]
}

/** True for a text that holds the /init_dump page. */
export function isInitDump(text: string): boolean {
  return /"unready_?[tT]argets_?[dD]umps"/.test(text)
}

/** What Envoy still waits for, from its /init_dump page; empty when everything is initialized. */
export function parseInitDump(text: string): readonly UnreadyTargets[] {
  return jsonBlocks(text)
    .flatMap(({value}) => (isObject(value) ? listOf(value, 'unready_targets_dumps') : []))
    .map(each => ({name: textOf(each, 'name') ?? '', targets: textsOf(each, 'target_names')}))
    .filter(({targets}) => targets.length > 0)
}
