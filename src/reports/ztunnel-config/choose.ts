import {type ZtunnelPod, ztunnelOn, ztunnelPods} from '../../evidence/ambient/ztunnels.js'
import {textOf} from '../../formats/decode.js'
import {isZtunnel} from '../../formats/kube-pod/ztunnel-pod.js'
import {gapSentence} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {type PodRef, podLabel, podRefOf} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {resolvePods, splitTarget} from '../../sources/subject.js'
import {required} from '../report.js'

/** How a ztunnel is named: itself, a pod it serves, its node; nothing for any. */
export interface ZtunnelChoice {
  readonly pod?: string | undefined
  readonly node?: string | undefined
  readonly namespace?: string | undefined
  readonly istioNamespace: string
  /** The answer differs from ztunnel to ztunnel: with several, one has to be named. */
  readonly one?: boolean
}

/** The ztunnels asked about, and the pod whose rows alone are wanted. */
export interface ChosenZtunnels {
  readonly refs: readonly PodRef[]
  readonly only?: PodRef
}

async function every(source: Source, {istioNamespace}: ZtunnelChoice): Promise<readonly ZtunnelPod[]> {
  const all = required(await ztunnelPods(source, istioNamespace), source)
  if (all.length > 0) return all
  throw new UserError(`no ztunnel in ${source.origin.label}: the mesh is not ambient, or ztunnel was not captured`, {
    next: 'kubectl get daemonset -A -l app=ztunnel',
  })
}

/** The namespace of a ztunnel named without one, as in istioctl. */
async function homeOf(source: Source, {istioNamespace}: ZtunnelChoice, name: string): Promise<string | undefined> {
  if (!name.startsWith('ztunnel-') || splitTarget(name).namespace !== undefined) return undefined
  const all = await ztunnelPods(source, istioNamespace)
  return all.ok ? all.value.find(each => each.ref.name === name)?.ref.namespace : undefined
}

async function namedPod(source: Source, choice: ZtunnelChoice, name: string): Promise<ChosenZtunnels> {
  const namespace = choice.namespace ?? (await homeOf(source, choice, name))
  const [pod] = await resolvePods(source, {name, namespace})
  if (pod === undefined) throw new UserError(`no pods match ${JSON.stringify(name)} in ${source.origin.label}`)
  const ref = podRefOf(pod)
  if (isZtunnel(pod)) return {refs: [ref]}
  const node = textOf(pod, 'spec', 'nodeName')
  if (node === undefined) throw new UserError(`pod ${podLabel(ref)} is not scheduled to a node`)
  const found = await ztunnelOn(source, node, choice.istioNamespace)
  if (!found.ok)
    throw new UserError(`failed to find ztunnel on node ${node}: ${gapSentence(found.gap)}`, {gap: found.gap})
  return {refs: [found.value.ref], only: ref}
}

/** The ztunnels a question is about: the one named, the one that serves the pod or node named, else all, the best to ask first. */
export async function chooseZtunnels(source: Source, choice: ZtunnelChoice): Promise<ChosenZtunnels> {
  if (source.impliedSubject !== undefined) return {refs: [source.impliedSubject]}
  if (choice.pod !== undefined) return await namedPod(source, choice, choice.pod)
  const all = await every(source, choice)
  const {node} = choice
  const wanted = node === undefined ? all : all.filter(each => each.node === node)
  if (wanted.length === 0)
    throw new UserError(`no ztunnel pods found on node ${node}`, {
      hint: `Nodes with a ztunnel: ${all.map(each => each.node).join(', ')}.`,
    })
  if (choice.one === true && wanted.length > 1)
    throw new UserError('ztunnel pod name or --node must be set: each ztunnel has its own', {
      hint: `ztunnel pods: ${wanted.map(each => podLabel(each.ref)).join(', ')}.`,
    })
  return {refs: wanted.map(each => each.ref)}
}
