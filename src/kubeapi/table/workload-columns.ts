import {listOf, numberOf, textMapOf, textOf} from '../../formats/decode.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {humanDuration} from '../../model/text/human-duration.js'
import {humanAge} from './age.js'
import {AGE, type ApiTableCell, type Column, column, countColumn, NAME, NONE, pairs} from './column.js'
import {podSummary} from './pod-status.js'

const CONTAINERS = [
  column(
    'Containers',
    object =>
      podTemplate(object)
        .map(each => textOf(each, 'name') ?? '')
        .join(','),
    'wide',
  ),
  column(
    'Images',
    object =>
      podTemplate(object)
        .map(each => textOf(each, 'image') ?? '')
        .join(','),
    'wide',
  ),
]
const SELECTOR = column('Selector', object => pairs(textMapOf(object, 'spec', 'selector', 'matchLabels')), 'wide')

function podTemplate(object: KubeObject): readonly unknown[] {
  return listOf(object, 'spec', 'template', 'spec', 'containers')
}

function podRestarts(pod: KubeObject, now: Date): ApiTableCell {
  const {restarts, lastRestart} = podSummary(pod)
  return restarts > 0 && lastRestart !== undefined ? `${restarts} (${humanAge(lastRestart, now)} ago)` : restarts
}

const POD: readonly Column[] = [
  NAME,
  column('Ready', pod => podSummary(pod).ready),
  column('Status', pod => podSummary(pod).status),
  column('Restarts', podRestarts),
  AGE,
  column('IP', pod => textOf(pod, 'status', 'podIP') ?? NONE, 'wide'),
  column('Node', pod => textOf(pod, 'spec', 'nodeName') ?? NONE, 'wide'),
  column('Nominated Node', pod => textOf(pod, 'status', 'nominatedNodeName') ?? NONE, 'wide'),
  column(
    'Readiness Gates',
    pod => {
      const gates = listOf(pod, 'spec', 'readinessGates').map(each => textOf(each, 'conditionType') ?? '')
      const met = listOf(pod, 'status', 'conditions').filter(
        each => gates.includes(textOf(each, 'type') ?? '') && textOf(each, 'status') === 'True',
      )
      return gates.length === 0 ? NONE : `${met.length}/${gates.length}`
    },
    'wide',
  ),
]

function jobDuration(job: KubeObject, now: Date): string {
  const start = Date.parse(textOf(job, 'status', 'startTime') ?? '')
  const end = Date.parse(textOf(job, 'status', 'completionTime') ?? '')
  if (Number.isNaN(start)) return ''
  return humanDuration((Number.isNaN(end) ? now.getTime() : end) - start)
}

/** Columns of pods and of what makes pods, by `Kind.group`. */
export const WORKLOAD_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  'Pod.': POD,
  'Deployment.apps': [
    NAME,
    column(
      'Ready',
      object => `${numberOf(object, 'status', 'readyReplicas') ?? 0}/${numberOf(object, 'spec', 'replicas') ?? 0}`,
    ),
    countColumn('Up-to-date', 'status', 'updatedReplicas'),
    countColumn('Available', 'status', 'availableReplicas'),
    AGE,
    ...CONTAINERS,
    SELECTOR,
  ],
  'ReplicaSet.apps': [
    NAME,
    countColumn('Desired', 'spec', 'replicas'),
    countColumn('Current', 'status', 'replicas'),
    countColumn('Ready', 'status', 'readyReplicas'),
    AGE,
    ...CONTAINERS,
    SELECTOR,
  ],
  'DaemonSet.apps': [
    NAME,
    countColumn('Desired', 'status', 'desiredNumberScheduled'),
    countColumn('Current', 'status', 'currentNumberScheduled'),
    countColumn('Ready', 'status', 'numberReady'),
    countColumn('Up-to-date', 'status', 'updatedNumberScheduled'),
    countColumn('Available', 'status', 'numberAvailable'),
    column('Node Selector', object => pairs(textMapOf(object, 'spec', 'template', 'spec', 'nodeSelector'))),
    AGE,
    ...CONTAINERS,
    SELECTOR,
  ],
  'StatefulSet.apps': [
    NAME,
    column(
      'Ready',
      object => `${numberOf(object, 'status', 'readyReplicas') ?? 0}/${numberOf(object, 'spec', 'replicas') ?? 0}`,
    ),
    AGE,
    ...CONTAINERS,
  ],
  'Job.batch': [
    NAME,
    column(
      'Status',
      job =>
        textOf(
          listOf(job, 'status', 'conditions').find(each => textOf(each, 'status') === 'True'),
          'type',
        ) ?? 'Running',
    ),
    column(
      'Completions',
      job => `${numberOf(job, 'status', 'succeeded') ?? 0}/${numberOf(job, 'spec', 'completions') ?? 1}`,
    ),
    column('Duration', jobDuration),
    AGE,
  ],
}
