import {parseIp, parseIpRange} from '../model/kernel/ip-address.js'
import {commaList} from '../model/text/comma-list.js'
import {isPortNumber} from '../model/text/port-number.js'
import {isTemplated} from '../model/text/templated.js'

const PREFIX = 'traffic.sidecar.istio.io/'
const MODES = ['REDIRECT', 'TPROXY', 'NONE']
const QUANTITY = /^[+-]?(\d+(?:\.\d*)?|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/
const UINT32_MAX = 4_294_967_295

function badPorts(text: string): string | undefined {
  const bad = commaList(text).find(each => !isPortNumber(each))
  return bad === undefined ? undefined : `"${bad}" is not a port (ranges are not allowed)`
}

function badRanges(text: string): string | undefined {
  const bad = commaList(text).find(each => parseIpRange(each) === undefined || !each.includes('/'))
  if (bad === undefined) return undefined
  return parseIp(bad) === undefined
    ? `"${bad}" is not a CIDR`
    : `"${bad}" is an address, not a CIDR: write ${bad}/${bad.includes(':') ? 128 : 32}`
}

type Validator = (text: string) => string | undefined

function orAll(validator: Validator): Validator {
  return text => (text.trim() === '*' ? undefined : validator(text))
}

function badNumber(text: string): string | undefined {
  return /^\d+$/.test(text) && Number(text) <= UINT32_MAX ? undefined : `"${text}" is not a non-negative integer`
}

function badQuantity(text: string): string | undefined {
  return QUANTITY.test(text) ? undefined : `"${text}" is not a quantity such as 100m or 128Mi`
}

function badMode(text: string): string | undefined {
  return MODES.includes(text) ? undefined : `"${text}" is not one of ${MODES.join(', ')}`
}

function badPort(text: string): string | undefined {
  return isPortNumber(text) ? undefined : `"${text}" is not a port`
}

function badSwitch(text: string): string | undefined {
  return /^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(text)
    ? undefined
    : `"${text}" is neither true nor false`
}

/** Names of Linux interfaces: at most 15 characters, the first a letter. */
function badInterfaces(text: string): string | undefined {
  if (text === '') return undefined
  const bad = text.split(',').find(each => !/^[a-zA-Z][\w.-]{0,14}$/.test(each.trim()))
  return bad === undefined ? undefined : `"${bad.trim()}" is not the name of an interface`
}

/** The validators of the Istio injector. */
const VALIDATORS: Readonly<Record<string, Validator>> = {
  [`${PREFIX}includeInboundPorts`]: orAll(badPorts),
  [`${PREFIX}excludeInboundPorts`]: badPorts,
  [`${PREFIX}includeOutboundPorts`]: badPorts,
  [`${PREFIX}excludeOutboundPorts`]: badPorts,
  [`${PREFIX}includeOutboundIPRanges`]: orAll(badRanges),
  [`${PREFIX}excludeOutboundIPRanges`]: badRanges,
  [`${PREFIX}excludeInterfaces`]: badInterfaces,
  [`${PREFIX}kubevirtInterfaces`]: badInterfaces,
  'istio.io/reroute-virtual-interfaces': badInterfaces,
  'sidecar.istio.io/interceptionMode': badMode,
  'status.sidecar.istio.io/port': badPort,
  'readiness.status.sidecar.istio.io/initialDelaySeconds': badNumber,
  'readiness.status.sidecar.istio.io/periodSeconds': badNumber,
  'readiness.status.sidecar.istio.io/failureThreshold': badNumber,
  'prometheus.istio.io/merge-metrics': badSwitch,
  'sidecar.istio.io/proxyCPU': badQuantity,
  'sidecar.istio.io/proxyCPULimit': badQuantity,
  'sidecar.istio.io/proxyMemory': badQuantity,
  'sidecar.istio.io/proxyMemoryLimit': badQuantity,
}

/** What is wrong with the value of an annotation the injector reads; undefined when nothing is, and for a template, whose value is unknown. */
export function annotationValueProblem(key: string, text: string): string | undefined {
  const validator = Object.hasOwn(VALIDATORS, key) ? VALIDATORS[key] : undefined
  return isTemplated(text) ? undefined : validator?.(text)
}
