import {definedFields} from '../../model/collections/defined-fields.js'
import type {ComparedResources, IstioctlText} from '../../model/istio/istioctl-text.js'
import {unwrapLines} from '../wrapped-text/unwrap.js'

/** `istioctl x check-inject` (istioctl/pkg/checkinject, 1.20 to 1.31). */
const INJECT_HEADER = /^WEBHOOK\s+REVISION\s+INJECTED\s+REASON\s*$/
const INJECT_ROW = /^(\S+)\s{2,}(\S+)\s{2,}([✔✘])\s{2,}(\S.*)$/
/** `istioctl x describe pod` (istioctl/pkg/describe): what it finds fault with, and what holds for the workload. */
const DESCRIBE_MARK = /^\s*(Pod: \S+|Service: \S+|Effective PeerAuthentication:|Pod Ports: )/
const REMARK =
  /does not follow Istio conventions|is unnamed|^\s*(WARNING|Warning|Suggestion|Hint):?\s|not (match|found|exist|in the mesh|part of the mesh)|Workload mTLS mode|\b(mismatch|conflict)|No (matching|VirtualService|gateway)|Traffic Policy TLS Mode: |Route to non-matching subset /
/** `istioctl verify-install` and `install` (operator/pkg/verifier). */
const FAILED = /^\s*✘ /
const VERIFY_MARK = /checked successfully|Istio installation failed|custom resource definitions/

/** `istioctl proxy-status POD` (istioctl/pkg/writer/compare, 1.0 to 1.31): a verdict for a kind, or the head of its differences. */
const COMPARED = /^(Clusters|Listeners|Routes|Endpoints) (Match|Don't Match)(?: \(.*\))?$/
const COMPARED_HEAD = /^--- (?:Pilot|Istiod) (Clusters|Listeners|Routes|Endpoints)$/

/** The Istio object of `x describe` that the lines below it are about. */
const DESCRIBED_OBJECT = /^\s*(DestinationRule|VirtualService|PeerAuthentication): (\S+)/

/** The remarks of `istioctl x describe`, those about an Istio object with its name. */
function describedRemarks(lines: readonly string[]): readonly string[] {
  let about: string | undefined
  return lines.flatMap(line => {
    const [, kind, name] = DESCRIBED_OBJECT.exec(line) ?? []
    if (kind !== undefined) about = `${kind} ${name}`
    else if (/^\S/.test(line)) about = undefined
    if (!REMARK.test(line)) return []
    return [about === undefined || kind !== undefined ? line.trim() : `${about}: ${line.trim()}`]
  })
}

/** The kinds that were compared; a difference without a verdict before it is one of older releases. */
function comparedResources(lines: readonly string[]): readonly ComparedResources[] {
  const found: {kind: string; match: boolean; onlyIstiod: number; onlyEnvoy: number}[] = []
  let differing = false
  for (const line of lines) {
    const [, verdict, words] = COMPARED.exec(line) ?? []
    const head = COMPARED_HEAD.exec(line)?.[1]
    const kind = (verdict ?? head)?.toLowerCase()
    if (kind !== undefined && found.at(-1)?.kind !== kind)
      found.push({kind, match: words === 'Match', onlyIstiod: 0, onlyEnvoy: 0})
    if (verdict !== undefined) differing = false
    if (head !== undefined) differing = true
    const last = found.at(-1)
    if (!differing || last === undefined || /^(?:---|\+\+\+) /.test(line)) continue
    if (line.startsWith('-')) last.onlyIstiod++
    else if (line.startsWith('+')) last.onlyEnvoy++
  }
  return found
}

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
  const remarks = described ? describedRemarks(lines) : []
  const subject = described ? lines.flatMap(line => /^\s*Pod: (\S+)/.exec(line)?.[1] ?? []).at(0) : undefined
  const verified = lines.some(line => VERIFY_MARK.test(line))
  const failed = verified ? lines.filter(line => FAILED.test(line)).map(line => line.trim().slice(2)) : []
  const compared = comparedResources(lines)
  const found = inject.length + failed.length + compared.length > 0 || described || verified
  return found ? {inject, remarks, failed, compared, ...definedFields({subject})} : undefined
}
