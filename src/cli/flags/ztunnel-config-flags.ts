import {Args, Flags} from '@oclif/core'
import {UserError} from '../../model/evidence/user-error.js'
import type {ZtunnelChoice} from '../../reports/ztunnel-config/choose.js'
import type {ZtunnelMoment} from '../../reports/ztunnel-config/report.js'
import type {CommandNeeds} from '../command-needs.js'
import {atFlag, fileFlag, readTime} from './flags.js'
import {sortFlag} from './proxy-config-flags.js'

/** What the commands of ztunnel-config read and need. */
export const ZTUNNEL_CONFIG_NEEDS: CommandNeeds = {
  reads: 'the config_dump of a ztunnel',
  cluster: {needs: ['allPods', 'istiod'], more: []},
}

/** The argument of every ztunnel-config command. */
export const ztunnelArgument = {
  pod: Args.string({
    ignoreStdin: true,
    description: 'ztunnel pod, or a pod whose ztunnel to query (default: any ztunnel)',
  }),
}

/** Flags of every ztunnel-config command. */
export const ztunnelFlags = {
  file: fileFlag,
  sort: sortFlag,
  at: atFlag,
  node: Flags.string({description: 'the ztunnel of this node'}),
} as const

/** Keeps the workloads of a namespace. */
export const workloadNamespaceFlag = Flags.string({description: 'show only workloads of this namespace'})

/** The names of a ztunnel-config command under `zc`. */
export function ztunnelAliases(name: string, ...others: readonly string[]): string[] {
  return [name, ...others].map(each => `zc:${each}`)
}

/** istioctl's other words for it under `ztunnel-config`. */
export function ztunnelHidden(...others: readonly string[]): string[] {
  return others.map(other => `ztunnel-config:${other}`)
}

interface ChoiceFlags {
  readonly node?: string | undefined
  readonly namespace?: string | undefined
  readonly istioNamespace: string
  readonly file?: unknown
}

/** The ztunnel that flags and argument name. */
export function ztunnelChoice(flags: ChoiceFlags, pod: string | undefined): ZtunnelChoice {
  if ([flags.node, flags.file, pod].filter(each => each !== undefined).length > 1)
    throw new UserError('at most one of --file, --node, or pod name must be passed')
  const {node, namespace, istioNamespace} = flags
  return {pod, node, namespace, istioNamespace}
}

/** The moment at which validity is judged. */
export function momentOf(at: string | undefined): ZtunnelMoment {
  return {at: at === undefined ? undefined : readTime(at), now: new Date()}
}
