import type {Interfaces} from '@oclif/core'
import {humanSize} from '../../model/text/human-size.js'
import type {ClusterSettings} from '../../sources/cluster/credentials/settings.js'
import type {Source} from '../../sources/source.js'
import type {CallRecord} from '../../wire/api-server.js'
import {type commonFlags, durationMs} from '../flags/flags.js'
import {remark} from '../output/streams.js'

/** One API call as a line: result, bytes, duration, name. */
export function callLine({name, bytes, durationMs: ms, outcome}: CallRecord): string {
  return `${outcome.padEnd(9)} ${humanSize(bytes).padStart(8)} ${`${Math.round(ms)} ms`.padStart(8)}  ${name}`
}

export type CommonFlags = Interfaces.InferredFlags<typeof commonFlags>

/** The common flags plus those of a command about one pod or one file. */
export type SubjectFlags = CommonFlags & {
  readonly file?: string | readonly string[] | undefined
  readonly selector?: string | undefined
  readonly at?: string | undefined
  readonly watch?: boolean
  readonly interval?: string
  readonly 'debug-container'?: boolean
  readonly 'debug-image'?: string | undefined
  readonly overlay?: readonly string[] | undefined
  readonly delete?: readonly string[] | undefined
}

/** The options for connecting to a live cluster, from the common flags. */
function clusterSettings(flags: CommonFlags): ClusterSettings {
  const optional = {
    kubeconfig: flags.kubeconfig,
    context: flags.context,
    namespace: flags.namespace,
    revision: flags.revision,
    as: flags.as,
    asUid: flags['as-uid'],
    observe: flags.calls ? (call: CallRecord) => void remark(callLine(call)) : undefined,
    warn: (sentence: string) => void remark(`Warning: ${sentence}`),
  }
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined))
  return {
    ...given,
    istioNamespace: flags.istioNamespace,
    asGroups: flags['as-group'] ?? [],
    requestTimeoutMs: durationMs(flags['request-timeout']),
    adminPort: flags['proxy-admin-port'],
  }
}

async function openPlain(flags: SubjectFlags, root: string, everything: boolean): Promise<Source> {
  const {openFiles, openSource} = await import('../../sources/open.js')
  if (typeof flags.file === 'string') return await openFiles([flags.file])
  if (flags.file !== undefined) {
    const {expandPaths} = await import('../../sources/files/expand.js')
    return await openFiles(await expandPaths(flags.file, everything))
  }
  return await openSource(flags.from, {root, adminPort: flags['proxy-admin-port'], cluster: clusterSettings(flags)})
}

/**
 * Opens the source that the flags name: one file or several, else --from, else the cluster. A folder means the manifests in it, or all its
 * files if the command combines files about one pod (`everything`). With --overlay and --delete it is the source as that change would make it.
 */
export async function openFor(flags: SubjectFlags, root: string, everything = false): Promise<Source> {
  const {overlay = [], delete: deletions = [], istioNamespace} = flags
  if (overlay.length + deletions.length === 0) return await openPlain(flags, root, everything)
  const {readChange} = await import('./mesh-change.js')
  const {refuseAbsent} = await import('../../sources/overlay.js')
  const {changedSource} = await import('../../evidence/predicted-mesh/changed-source.js')
  const change = await readChange(overlay, deletions)
  const below = await openPlain(flags, root, everything)
  await refuseAbsent(below, change)
  const source = changedSource(below, change, istioNamespace)
  return {...source, remarks: [...(source.remarks ?? []), ...change.problems]}
}
