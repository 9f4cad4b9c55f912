import type {LogLine} from '../../model/envoy/log-line.js'
import {isObject} from '../decode.js'
import {isBalancerLine, mixerFromJson, parseBalancerLine} from './access-foreign.js'
import {accessFromJson} from './access-json.js'
import {accessFromPairs} from './access-pairs.js'
import {parseAccessFragment, parseAccessText} from './access-text.js'
import {parseZtunnelText, ztunnelFromJson} from './access-ztunnel.js'
import {componentFromJson, parseComponent} from './component.js'

/** Longer lines are read up to here; no logger of the mesh writes longer ones whole. */
const MAX_LINE = 16_384

function jsonIn(line: string): LogLine | undefined {
  const start = line.indexOf('{"')
  if (start < 0) return undefined
  try {
    const json: unknown = JSON.parse(line.slice(start, line.lastIndexOf('}') + 1))
    if (!isObject(json)) return undefined
    const found = ztunnelFromJson(json) ?? mixerFromJson(json) ?? accessFromJson(json)
    if (found !== undefined) return found
    const message = componentFromJson(json)
    return message === undefined
      ? undefined
      : (parseAccessText(message.message) ?? parseComponent(message.message) ?? message)
  } catch {
    return undefined
  }
}

/** Reads one line of a log, whatever a terminal, kubectl, stern or a collector put before it; undefined for text that is not a log line. */
export function parseLogLine(text: string): LogLine | undefined {
  const line = text.slice(0, MAX_LINE)
  return (
    parseAccessText(line) ??
    jsonIn(line) ??
    parseZtunnelText(line) ??
    parseBalancerLine(line) ??
    accessFromPairs(line) ??
    parseComponent(line) ??
    (isBalancerLine(line) ? undefined : parseAccessFragment(line))
  )
}
