import type {EnvoyMemory, RuntimeValue} from '../../model/evidence/debug-page.js'
import {isObject, listOf, numberOf, objectOf, textOf} from '../decode.js'
import {jsonBlocks} from '../pasted/json-blocks.js'
import {unwrapLines} from '../wrapped-text/unwrap.js'

/** Reads Envoy's /memory page (envoyproxy.io, admin.v3.Memory); undefined for other texts. */
export function parseEnvoyMemory(text: string): EnvoyMemory | undefined {
  if (!text.includes('"heap_size"')) return undefined
  for (const {value} of jsonBlocks(text)) {
    const [allocated, heap] = [numberOf(value, 'allocated'), numberOf(value, 'heap_size')]
    if (allocated !== undefined && heap !== undefined)
      return {allocated, heap, free: numberOf(value, 'pageheap_free') ?? 0}
  }
  return undefined
}

/** Reads Envoy's /runtime page: each value with the last layer that sets it (envoyproxy.io, "Runtime": later layers win); empty for other texts. */
export function parseRuntime(text: string): readonly RuntimeValue[] {
  if (!text.includes('"layer_values"')) return []
  return jsonBlocks(text).flatMap(({value}) => {
    const layers = listOf(value, 'layers').map(String)
    return Object.entries(objectOf(value, 'entries') ?? {}).flatMap(([name, entry]) => {
      const final = textOf(entry, 'final_value')
      if (!isObject(entry) || final === undefined) return []
      const set = listOf(entry, 'layer_values').findLastIndex(each => each !== '')
      return [{name, value: final, layer: layers[set] ?? ''}]
    })
  })
}

const STATE = /^(?:LIVE|DRAINING|PRE_INITIALIZING|INITIALIZING)$/

/** Reads Envoy's /ready page, one word (envoyproxy.io, admin.v3.ServerInfo.State); undefined for other texts. */
export function parseReady(text: string): string | undefined {
  if (text.length > 2000) return undefined
  const said = unwrapLines(text).flatMap(({text: line, command}) =>
    command === true || line.trim() === '' ? [] : [line.trim()],
  )
  const words = said.filter(line => STATE.test(line))
  const others = said.filter(line => !STATE.test(line) && /^[A-Z_]{2,}$/.test(line))
  return words.length === 1 && others.length === 0 ? words[0] : undefined
}
