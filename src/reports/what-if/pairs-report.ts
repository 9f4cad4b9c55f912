import {listingOnce} from '../../evidence/asked-once.js'
import {istioObjects} from '../../evidence/mesh-objects/istio-objects.js'
import {presentState} from '../../evidence/predicted-mesh/present.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import type {MeshChange} from '../../formats/settings/change-file.js'
import {openFields, untranslated} from '../../istiod/untranslated.js'
import {objectLabel, objectRefOf} from '../../model/kube/pod.js'
import {laidAside, overlaySource} from '../../sources/overlay.js'
import type {Source} from '../../sources/source.js'
import {type MatrixRow, whoMayCall} from '../authz/matrix-report.js'
import {type MtlsRow, mtlsReport} from '../mtls/report.js'
import type {Report} from '../report.js'

/** One answer that is another one with the change: mTLS of a pair, or who may call. */
export interface PairChange {
  readonly about: 'mtls' | 'authz'
  readonly clients: string
  readonly server: string
  readonly before: string
  readonly after: string
  /** Works before and not after. */
  readonly breaks: boolean
  readonly why: string
}

export interface WhatIfPairsReport extends Report {
  readonly applied: readonly string[]
  readonly removed: readonly string[]
  readonly pairs: readonly PairChange[]
}

function mtlsWords({status, client, server}: MtlsRow): string {
  return `${status} (${client} to ${server})`
}

function mtlsKey({from, host, port, subset}: MtlsRow): string {
  return `${from} ${host}:${port} ${subset}`
}

function mtlsChanges(before: readonly MtlsRow[], after: readonly MtlsRow[]): readonly PairChange[] {
  const old = new Map(before.map(each => [mtlsKey(each), each]))
  const next = new Map(after.map(each => [mtlsKey(each), each]))
  return [...new Set([...old.keys(), ...next.keys()])].flatMap((key): readonly PairChange[] => {
    const was = old.get(key)
    const is = next.get(key)
    const row = is ?? was
    if (row === undefined || (was !== undefined && is !== undefined && mtlsWords(was) === mtlsWords(is))) return []
    const subset = row.subset === '' ? '' : `|${row.subset}`
    return [
      {
        about: 'mtls',
        clients: row.from,
        server: `${row.host}:${row.port}${subset}`,
        before: was === undefined ? 'refused, or not there' : mtlsWords(was),
        after: is === undefined ? 'refused, or not there' : mtlsWords(is),
        breaks: was !== undefined && was.status !== 'CONFLICT' && (is === undefined || is.status === 'CONFLICT'),
        why: is === undefined ? `before: ${row.because || 'mTLS'}` : is.because || '-',
      },
    ]
  })
}

/** The verdict for each client and port. */
function verdicts(rows: readonly MatrixRow[]): ReadonlyMap<string, MatrixRow> {
  return new Map(rows.flatMap(row => row.clients.map(client => [`${client} ${row.host}:${row.port}`, row] as const)))
}

/** `allowed`, `denied`, or `depends on methods, paths`. */
function authzWords({verdict, on}: MatrixRow): string {
  return on.length === 0 ? verdict : `${verdict} on ${on.join(', ')}`
}

function authzChanges(before: readonly MatrixRow[], after: readonly MatrixRow[]): readonly PairChange[] {
  const old = verdicts(before)
  const groups = new Map<string, PairChange>()
  for (const [key, row] of verdicts(after)) {
    const was = old.get(key)
    if (was === undefined || (authzWords(was) === authzWords(row) && was.because === row.because)) continue
    const client = key.slice(0, key.lastIndexOf(' '))
    const change: PairChange = {
      about: 'authz',
      clients: client,
      server: `${row.host}:${row.port}`,
      before: authzWords(was),
      after: authzWords(row),
      breaks: was.verdict !== 'denied' && row.verdict === 'denied',
      why: row.because,
    }
    const group = JSON.stringify({...change, clients: ''})
    const known = groups.get(group)
    groups.set(group, known === undefined ? change : {...change, clients: `${known.clients}, ${client}`})
  }
  return [...groups.values()]
}

/** The namespaces a change can touch: all of them, unless a namespace was asked for. */
async function namespacesOf(source: Source, asked: string | undefined): Promise<readonly string[]> {
  if (asked !== undefined) return [asked]
  const {objects} = await istioObjects(source)
  return [...new Set((objects.Service ?? []).map(each => each.metadata.namespace ?? 'default'))].sort()
}

/** What a change does to pairs of clients and servers: the answers of `mtls` and `authz test --matrix` before and after. */
export async function whatIfPairsReport(
  given: Source,
  change: MeshChange,
  asked: string | undefined,
  istioNamespace: string,
): Promise<WhatIfPairsReport> {
  const source = noted(listingOnce(given))
  const changed = overlaySource(source, change)
  const mtls = (of: Source) => mtlsReport(of, {kind: 'matrix', namespace: asked}, istioNamespace)
  const [was, is] = [await mtls(source), await mtls(changed)]
  const pairs: PairChange[] = [...mtlsChanges(was.rows, is.rows)]
  const [present, next] = [await presentState(source, istioNamespace), await presentState(changed, istioNamespace)]
  const [before, after] = [whoMayCall(present), whoMayCall(next)]
  for (const namespace of await namespacesOf(source, asked))
    pairs.push(...authzChanges(before(namespace).rows, after(namespace).rows))
  const applied = change.apply.map(objectRefOf)
  const unknown = openFields(change.apply, await laidAside(source, change))
  const foreign = untranslated(applied, change.remove)
  return {
    ...answeredFrom(source),
    gaps: was.gaps,
    notes: [
      ...change.problems,
      ...was.notes,
      ...(foreign.length === 0 ? [] : [`what ${foreign.join(', ')} would change needs istiod's own translation`]),
      ...(unknown.length === 0 ? [] : [`not predicted: ${unknown.join('; ')}`]),
      'without --traffic, routes, faults and reachability are not compared',
    ],
    failing: pairs.some(each => each.breaks),
    undecided: foreign.length > 0 || unknown.length > 0 || was.gaps.length > 0,
    applied: applied.map(objectLabel),
    removed: change.remove.map(objectLabel),
    pairs,
  }
}
