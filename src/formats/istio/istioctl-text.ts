import type {IstioctlText} from '../../model/istio/istioctl-text.js'
import {unwrapLines} from '../wrapped-text/unwrap.js'

/** `istioctl x check-inject` (istioctl/pkg/checkinject, 1.20 to 1.31). */
const INJECT_HEADER = /^WEBHOOK\s+REVISION\s+INJECTED\s+REASON\s*$/
const INJECT_ROW = /^(\S+)\s{2,}(\S+)\s{2,}([✔✘])\s{2,}(\S.*)$/
/** `istioctl x describe pod` (istioctl/pkg/describe): what it finds fault with, and what holds for the workload. */
const DESCRIBE_MARK = /^\s*(Pod: \S+|Service: \S+|Effective PeerAuthentication:|Pod Ports: )/
const REMARK =
  /does not follow Istio conventions|is unnamed|^\s*(WARNING|Warning|Suggestion|Hint):?\s|not (match|found|exist|in the mesh|part of the mesh)|Workload mTLS mode|\b(mismatch|conflict)|No (matching|VirtualService|gateway)/
/** `istioctl verify-install` and `install` (operator/pkg/verifier). */
const FAILED = /^\s*✘ /
const VERIFY_MARK = /checked successfully|Istio installation failed|custom resource definitions/

/** Reads the text; undefined for anything else. */
export function istioctlText(text: string): IstioctlText | undefined {
  const lines = unwrapLines(text)
    .filter(({command}) => command !== true)
    .map(line => line.text)
  const header = lines.findIndex(line => INJECT_HEADER.test(line.trim()))
  const inject =
    header < 0
      ? []
      : lines.slice(header + 1).flatMap(line => {
          const [, webhook = '', revision = '', mark, reason = ''] = INJECT_ROW.exec(line.trim()) ?? []
          return mark === undefined ? [] : [{webhook, revision, injected: mark === '✔', reason: reason.trim()}]
        })
  const described = lines.filter(line => DESCRIBE_MARK.test(line)).length > 1
  const remarks = described ? lines.filter(line => REMARK.test(line)).map(line => line.trim()) : []
  const verified = lines.some(line => VERIFY_MARK.test(line))
  const failed = verified ? lines.filter(line => FAILED.test(line)).map(line => line.trim().slice(2)) : []
  const found = inject.length + failed.length > 0 || described || verified
  return found ? {inject, remarks, failed} : undefined
}
