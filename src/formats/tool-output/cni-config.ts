import type {CniConfig} from '../../model/evidence/tool-output.js'
import {isObject, listOf, textOf} from '../decode.js'
import {jsonBlocks} from '../pasted/json-blocks.js'

function configOf(value: unknown): CniConfig | undefined {
  if (!isObject(value) || textOf(value, 'cniVersion') === undefined) return undefined
  const alone = textOf(value, 'type')
  const listed = listOf(value, 'plugins').flatMap(each => textOf(each, 'type') ?? [])
  const plugins = alone === undefined ? listed : [alone]
  return plugins.length === 0 ? undefined : {name: textOf(value, 'name') ?? '', plugins}
}

/** The CNI configurations in a text: lists of plugins, or one plugin alone (CNI specification, section 1); empty for other texts. */
export function parseCniConfigs(text: string): readonly CniConfig[] {
  if (!text.includes('"cniVersion"')) return []
  return jsonBlocks(text).flatMap(({value}) => configOf(value) ?? [])
}
