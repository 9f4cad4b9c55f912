import {parseIp, parseIpRange} from '../../model/ip-address.js'
import {defineRule, PAGES} from '../rule.js'

const PREFIX = 'traffic.sidecar.istio.io/'
const PORTS = ['includeInboundPorts', 'excludeInboundPorts', 'includeOutboundPorts', 'excludeOutboundPorts']
const RANGES = ['includeOutboundIPRanges', 'excludeOutboundIPRanges']
const INTERFACES = ['kubevirtInterfaces', 'excludeInterfaces', 'reroute-virtual-interfaces']
const KNOWN = [...PORTS, ...RANGES, ...INTERFACES]
const MODES = ['REDIRECT', 'TPROXY', 'NONE']

function items(text: string): readonly string[] {
  return text
    .split(',')
    .map(each => each.trim())
    .filter(each => each !== '')
}

function badPort(name: string, text: string): string | undefined {
  if (name === 'includeInboundPorts' && text.trim() === '*') return undefined
  const bad = items(text).find(each => !/^\d{1,5}$/.test(each) || Number(each) > 65_535)
  return bad === undefined ? undefined : `"${bad}" is no port (ranges are not allowed)`
}

function badRange(name: string, text: string): string | undefined {
  if (name === 'includeOutboundIPRanges' && text.trim() === '*') return undefined
  const bad = items(text).find(each => parseIpRange(each) === undefined || !each.includes('/'))
  if (bad === undefined) return undefined
  return parseIp(bad) === undefined
    ? `"${bad}" is no CIDR`
    : `"${bad}" is an address, not a CIDR: write ${bad}/${bad.includes(':') ? 128 : 32}`
}

function problem(name: string, text: string): string | undefined {
  if (!KNOWN.includes(name)) return 'Istio knows no annotation of that name'
  return PORTS.includes(name) ? badPort(name, text) : RANGES.includes(name) ? badRange(name, text) : undefined
}

export const rule = defineRule({
  code: 'MCT1301',
  slug: 'traffic-annotation-invalid',
  aliases: ['IST0125', 'IST0108'],
  severity: 'error',
  title: 'An annotation about capture cannot be read',
  why: 'The webhook refuses the pod or istio-init fails; an unknown name is ignored without a word, and traffic is captured that should not be.',
  fix: 'Correct the annotation of the pod template.',
  references: [PAGES.annotations],
  modes: ['sidecar', 'none'],
  needs: [],
  check: ({pod}) =>
    Object.entries(pod.annotations).flatMap(([key, text]) => {
      const name = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined
      const mode =
        key === 'sidecar.istio.io/interceptionMode' && !MODES.includes(text)
          ? `"${text}" is none of ${MODES.join(', ')}`
          : undefined
      const wrong = name === undefined ? mode : problem(name, text)
      if (wrong === undefined) return []
      const path = `${pod.metadataPath}.annotations["${key}"]`
      const unknown = name !== undefined && !KNOWN.includes(name)
      return [
        {
          severity: unknown ? ('warning' as const) : ('error' as const),
          message: `${key}: ${wrong}.`,
          path,
          proof: [{from: path, text}],
        },
      ]
    }),
})
