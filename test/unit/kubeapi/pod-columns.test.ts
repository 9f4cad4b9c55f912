import {describe, expect, test} from '@jest/globals'
import {humanAge} from '../../../src/kubeapi/table/age.js'
import {tableRow} from '../../../src/kubeapi/table/table.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {humanDuration} from '../../../src/model/text/human-duration.js'

const NOW = new Date('2026-11-20T12:00:00Z')
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000).toISOString()

interface ContainerCase {
  readonly ready?: boolean
  readonly restarts?: number
  readonly started?: boolean
  readonly running?: true
  readonly waiting?: string
  readonly ended?: {readonly reason?: string; readonly exitCode?: number; readonly signal?: number}
  readonly lastEndedAgo?: number
}

function status(name: string, each: ContainerCase): object {
  const state = each.running
    ? {running: {}}
    : each.waiting !== undefined
      ? {waiting: {reason: each.waiting}}
      : each.ended
        ? {terminated: {exitCode: 0, ...each.ended}}
        : {}
  const last = each.lastEndedAgo === undefined ? {} : {terminated: {finishedAt: ago(each.lastEndedAgo)}}
  return {
    name,
    ready: each.ready ?? false,
    restartCount: each.restarts ?? 0,
    started: each.started,
    state,
    lastState: last,
  }
}

interface PodCase {
  readonly phase?: string
  readonly reason?: string
  readonly containers?: readonly ContainerCase[]
  readonly init?: readonly ContainerCase[]
  /** Places of init containers that restart for ever: native sidecars. */
  readonly sidecars?: readonly number[]
  readonly conditions?: readonly object[]
  readonly deleted?: true
}

function cells(pod: PodCase): readonly unknown[] {
  const {containers = [], init = [], sidecars = []} = pod
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'p', ...(pod.deleted ? {deletionTimestamp: ago(1)} : {})},
    spec: {
      containers: containers.map((_, at) => ({name: `c${at}`})),
      initContainers: init.map((_, at) => ({
        name: `i${at}`,
        ...(sidecars.includes(at) ? {restartPolicy: 'Always'} : {}),
      })),
    },
    status: {
      phase: pod.phase ?? 'podPhase',
      reason: pod.reason,
      conditions: pod.conditions,
      containerStatuses: containers.map((each, at) => status(`c${at}`, each)),
      initContainerStatuses: init.map((each, at) => status(`i${at}`, each)),
    },
  }
  return (tableRow(object, {now: NOW, include: 'None'}) as {cells: unknown[]}).cells.slice(1, 4)
}

const up: ContainerCase = {ready: true, restarts: 3, running: true}
const READY = [{type: 'Ready', status: 'True'}]

/** The cells the API server's own printer is tested for (kubernetes, pkg/printers/internalversion, TestPrintPod). */
describe('READY, STATUS and RESTARTS of a pod', () => {
  test.each<[string, PodCase, readonly unknown[]]>([
    [
      'a container that waits',
      {containers: [up, {waiting: 'ContainerWaitingReason', restarts: 3}]},
      ['1/2', 'ContainerWaitingReason', 6],
    ],
    [
      'the first container speaks for the others',
      {
        containers: [
          {waiting: 'ContainerWaitingReason', restarts: 3},
          {ended: {reason: 'ContainerTerminatedReason'}, restarts: 3},
        ],
      },
      ['0/2', 'ContainerWaitingReason', 6],
    ],
    ['ready is not enough for running', {containers: [up, {ready: true, restarts: 3}]}, ['1/2', 'podPhase', 6]],
    [
      'the pod’s own reason',
      {reason: 'podReason', containers: [up, {ready: true, restarts: 3}]},
      ['1/2', 'podReason', 6],
    ],
    [
      'one completed, one running, not ready',
      {phase: 'Running', containers: [{ready: true, restarts: 3, ended: {reason: 'Completed'}}, up]},
      ['1/2', 'NotReady', 6],
    ],
    [
      'one completed, one running, ready',
      {phase: 'Running', conditions: READY, containers: [{ready: true, restarts: 3, ended: {reason: 'Completed'}}, up]},
      ['1/2', 'Running', 6],
    ],
    [
      'the first init container restarts',
      {init: [{restarts: 3, running: true, lastEndedAgo: 10}], containers: [{waiting: ''}]},
      ['0/1', 'Init:0/1', '3 (10s ago)'],
    ],
    [
      'the second has not begun',
      {init: [{restarts: 3, running: true, lastEndedAgo: 10}, {waiting: ''}], containers: [{waiting: ''}]},
      ['0/1', 'Init:0/2', '3 (10s ago)'],
    ],
    [
      'the first is done',
      {init: [{ended: {}}, {restarts: 3, running: true, lastEndedAgo: 10}], containers: [{waiting: ''}]},
      ['0/1', 'Init:1/2', '3 (10s ago)'],
    ],
    [
      'restarts of init containers add up while they run',
      {
        init: [
          {ended: {}, restarts: 2, lastEndedAgo: 120},
          {restarts: 3, running: true, lastEndedAgo: 10},
        ],
        containers: [{waiting: ''}],
      },
      ['0/1', 'Init:1/2', '5 (10s ago)'],
    ],
    [
      'and are forgotten afterwards',
      {
        phase: 'Running',
        init: [{ended: {}, restarts: 2, lastEndedAgo: 120}],
        containers: [{restarts: 4, running: true, lastEndedAgo: 20}],
      },
      ['0/1', 'Running', '4 (20s ago)'],
    ],
    [
      'the latest restart counts',
      {
        phase: 'Running',
        containers: [
          {...up, restarts: 6, lastEndedAgo: 5 * 86_400},
          {...up, lastEndedAgo: 20 * 86_400},
        ],
      },
      ['2/2', 'Running', '9 (5d ago)'],
    ],
    [
      'scheduling gates',
      {containers: [{}, {}], conditions: [{type: 'PodScheduled', status: 'False', reason: 'SchedulingGated'}]},
      ['0/2', 'SchedulingGated', 0],
    ],
  ])('%s', (_name, pod, expected) => {
    expect(cells(pod)).toEqual(expected)
  })

  // kubernetes.io, "Sidecar containers": a started sidecar counts like a container, and does not hold the pod in Init.
  test.each<[string, PodCase, readonly unknown[]]>([
    [
      'a sidecar that runs',
      {
        phase: 'Running',
        init: [{ended: {}}, {...up, restarts: 0, started: true}],
        sidecars: [1],
        containers: [{...up, restarts: 0}],
      },
      ['2/2', 'Running', 0],
    ],
    [
      'a sidecar that is not ready',
      {phase: 'Running', init: [{running: true, started: true}], sidecars: [0], containers: [{...up, restarts: 0}]},
      ['1/2', 'Running', 0],
    ],
    [
      'a sidecar that has not started',
      {
        phase: 'Pending',
        init: [{running: true, started: false}],
        sidecars: [0],
        containers: [{waiting: 'PodInitializing'}],
      },
      ['0/2', 'Init:0/1', 0],
    ],
    [
      'an init container that failed',
      {phase: 'Pending', init: [{ended: {reason: 'Error', exitCode: 1}}], containers: [{waiting: 'PodInitializing'}]},
      ['0/1', 'Init:Error', 0],
    ],
    [
      'one that keeps failing',
      {
        phase: 'Pending',
        init: [{waiting: 'CrashLoopBackOff', restarts: 4}],
        containers: [{waiting: 'PodInitializing'}],
      },
      ['0/1', 'Init:CrashLoopBackOff', 4],
    ],
    ['ended by a signal', {phase: 'Failed', containers: [{ended: {signal: 9, exitCode: 137}}]}, ['0/1', 'Signal:9', 0]],
    ['ended with a code', {phase: 'Failed', containers: [{ended: {exitCode: 3}}]}, ['0/1', 'ExitCode:3', 0]],
    ['on its way out', {phase: 'Running', deleted: true, containers: [up]}, ['1/1', 'Terminating', 3]],
  ])('%s', (_name, pod, expected) => {
    expect(cells(pod)).toEqual(expected)
  })
})

/** The lengths Kubernetes' HumanDuration is tested for (apimachinery, util/duration). */
test.each([
  [1, '1s'],
  [70, '70s'],
  [190, '3m10s'],
  [70 * 60, '70m'],
  [47 * 3600, '47h'],
  [49 * 3600, '2d1h'],
  [(8 * 24 + 2) * 3600, '8d'],
  [367 * 24 * 3600, '367d'],
  [(365 * 2 * 24 + 25) * 3600, '2y1d'],
  [(365 * 8 * 24 + 2) * 3600, '8y'],
  [0, '0s'],
])('%d seconds are %s', (seconds, expected) => {
  expect(humanDuration(seconds * 1000)).toBe(expected)
})

test('an age nobody knows is said to be unknown', () => {
  expect(humanAge(undefined, NOW)).toBe('<unknown>')
  expect(humanAge(ago(61), NOW)).toBe('61s')
})
