import {outboundCapture} from '../../analysis/traffic-capture/outbound-capture.js'
import {formatIp, type IpAddress, inRange, parseIp, parseIpRange} from '../../model/kernel/ip-address.js'
import type {ServiceModel} from '../../model/kube/kube-service.js'
import {defineRule, type Found, PAGES} from '../rule.js'

const WEB = ['80', '443']

/** True for a range that covers most destinations: the whole address space, or half of it. */
function isWide(range: string): boolean {
  const parsed = parseIpRange(range)
  if (parsed === undefined) return false
  const width = parsed.family === 'ip' ? 32 : 128
  return parsed.mask >> BigInt(width - 2) < 3n
}

const addressLists = new WeakMap<readonly ServiceModel[], readonly IpAddress[]>()

/** The cluster IPs of the Services, read once for all pods. */
function addressesOf(services: readonly ServiceModel[]): readonly IpAddress[] {
  const known = addressLists.get(services)
  if (known !== undefined) return known
  const addresses = services.flatMap(({clusterIps}) => clusterIps.map(parseIp)).filter(ip => ip !== undefined)
  addressLists.set(services, addresses)
  return addresses
}

export const rule = defineRule({
  code: 'MCT1305',
  slug: 'outbound-bypass',
  aliases: [],
  severity: 'warning',
  title: 'Outbound traffic to the mesh bypasses the sidecar',
  why: 'Excluded traffic goes out without mTLS, routing, retries and telemetry; an excluded port applies to every destination, including Services of the mesh.',
  fix: 'Exclude only the addresses that need it.',
  references: [PAGES.annotations],
  modes: ['sidecar'],
  outsideKubernetes: true,
  needs: [],
  uses: ['services'],
  check: ({pod}, {services = []}): readonly Found[] => {
    const capture = outboundCapture(pod)
    const wide = capture.excludeRanges.filter(isWide)
    const addresses = addressesOf(services)
    const within = (ranges: readonly string[]) => {
      const known = ranges.map(parseIpRange).filter(range => range !== undefined)
      return addresses.filter(ip => known.some(range => inRange(ip, range)))
    }
    const excluded = wide.length > 0 ? [] : capture.excludeRanges.filter(range => within([range]).length > 0)
    const listed =
      capture.includePorts.length === 0 && !capture.includeRanges.includes('*') ? capture.includeRanges : []
    const inside = new Set(listed.length === 0 ? addresses : within(listed))
    const left = addresses.filter(ip => !inside.has(ip))
    const web = capture.excludePorts.filter(port => WEB.includes(port))
    return [
      ...(wide.length === 0
        ? []
        : [
            {
              message: `Outbound traffic to ${wide.join(', ')} is not captured, which covers most destinations.`,
              path: `${pod.metadataPath}.annotations["traffic.sidecar.istio.io/excludeOutboundIPRanges"]`,
              proof: [{from: capture.from, text: `excluded ranges: ${capture.excludeRanges.join(', ')}`}],
            },
          ]),
      ...(excluded.length === 0
        ? []
        : [
            {
              message: `Outbound traffic to ${excluded.join(', ')} is not captured: ${within(excluded).length} of ${addresses.length} Service addresses are in that range.`,
              path: `${pod.metadataPath}.annotations["traffic.sidecar.istio.io/excludeOutboundIPRanges"]`,
              proof: [{from: capture.from, text: `excluded ranges: ${capture.excludeRanges.join(', ')}`}],
            },
          ]),
      ...(left.length === 0
        ? []
        : [
            {
              message: `Only outbound traffic to ${listed.join(', ')} is captured: ${left.length} of ${addresses.length} Service addresses are outside it, such as ${left.slice(0, 1).map(formatIp).join('')}.`,
              path: `${pod.metadataPath}.annotations["traffic.sidecar.istio.io/includeOutboundIPRanges"]`,
              proof: [{from: capture.from, text: `included ranges: ${listed.join(', ')}`}],
            },
          ]),
      ...(web.length === 0
        ? []
        : [
            {
              message: `Outbound port ${web.join(' and ')} is not captured, to any destination.`,
              path: `${pod.metadataPath}.annotations["traffic.sidecar.istio.io/excludeOutboundPorts"]`,
              proof: [{from: capture.from, text: `excluded ports: ${capture.excludePorts.join(', ')}`}],
            },
          ]),
    ]
  },
})
