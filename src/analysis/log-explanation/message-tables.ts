import {AGENT_MESSAGES} from '../../model/vocabulary/log-messages/agent.js'
import {AGENT_PROGRESS} from '../../model/vocabulary/log-messages/agent-progress.js'
import {CLIENT_MESSAGES} from '../../model/vocabulary/log-messages/client.js'
import {CNI_MESSAGES} from '../../model/vocabulary/log-messages/cni.js'
import {CNI_PROGRESS} from '../../model/vocabulary/log-messages/cni-progress.js'
import {ENVOY_MESSAGES} from '../../model/vocabulary/log-messages/envoy.js'
import {ISTIOD_MESSAGES} from '../../model/vocabulary/log-messages/istiod.js'
import {KERNEL_MESSAGES} from '../../model/vocabulary/log-messages/kernel.js'
import {KUBERNETES_MESSAGES} from '../../model/vocabulary/log-messages/kubernetes.js'
import {KUBERNETES_EVENTS} from '../../model/vocabulary/log-messages/kubernetes-events.js'
import type {LogMessage, LogWriter} from '../../model/vocabulary/log-messages/message.js'
import {OTHER_MESH_MESSAGES} from '../../model/vocabulary/log-messages/other-meshes.js'
import {ZTUNNEL_MESSAGES} from '../../model/vocabulary/log-messages/ztunnel.js'
import {ZTUNNEL_PROGRESS} from '../../model/vocabulary/log-messages/ztunnel-progress.js'

/** The messages of each component. */
export const TABLES: Readonly<Record<LogWriter, readonly LogMessage[]>> = {
  'pilot-agent': [...AGENT_MESSAGES, ...AGENT_PROGRESS],
  Envoy: ENVOY_MESSAGES,
  istiod: ISTIOD_MESSAGES,
  'istio-cni': [...CNI_MESSAGES, ...CNI_PROGRESS],
  'istio-init': CNI_MESSAGES,
  Kubernetes: KUBERNETES_MESSAGES,
  ztunnel: [...ZTUNNEL_MESSAGES, ...ZTUNNEL_PROGRESS],
  'the kernel': KERNEL_MESSAGES,
  'a client': CLIENT_MESSAGES,
  'another mesh': OTHER_MESH_MESSAGES,
}

/** Messages of Kubernetes with the reasons of its events. */
export const EVENTS: readonly LogMessage[] = [...KUBERNETES_MESSAGES, ...KUBERNETES_EVENTS]

/** Whose messages are tried where a line does not say who wrote it; those of ztunnel are in everyday words and need its name. */
export const ORDER: readonly LogWriter[] = [
  'another mesh',
  'the kernel',
  'istio-cni',
  'pilot-agent',
  'Envoy',
  'Kubernetes',
  'istiod',
  'a client',
]
