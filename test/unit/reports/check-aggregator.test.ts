import {expect, test} from '@jest/globals'
import {readPod} from '../../../src/formats/kube-pod/parse.js'
import type {Finding} from '../../../src/model/finding.js'
import type {PodModel} from '../../../src/model/kube/pod.js'
import {createAggregator} from '../../../src/reports/check/evaluate/aggregator.js'
import type {RuleOutcome} from '../../../src/reports/check/evaluate/check-pod.js'
import {RULES} from '../../../src/rules/registry.js'

const [one, two, three] = RULES
if (one === undefined || two === undefined || three === undefined) throw new Error('three rules are needed')

function pod(name: string, status: object = {phase: 'Running'}): PodModel {
  const made = readPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      labels: {'pod-template-hash': 'h'},
      ownerReferences: [{kind: 'ReplicaSet', name: 'web-h', controller: true}],
    },
    spec: {containers: []},
    status,
  } as Parameters<typeof readPod>[0])
  if (made === undefined) throw new Error('not a pod')
  return made
}

function found(name: string, ...messages: readonly string[]): RuleOutcome {
  const findings = messages.map(
    message =>
      ({
        code: one?.code,
        severity: 'error',
        object: {kind: 'Deployment', namespace: 'shop', name: 'web'},
        message,
        pods: [name],
        proof: [{from: 'seen in', text: name}],
      }) as unknown as Finding,
  )
  return {rule: one as (typeof RULES)[number], kind: 'found', findings}
}

const passed = (rule: (typeof RULES)[number]): RuleOutcome => ({rule, kind: 'passed'})
const unasked = (rule: (typeof RULES)[number]): RuleOutcome => ({rule, kind: 'not-applicable'})
const open = (detail: string): RuleOutcome => ({
  rule: two,
  kind: 'not-checked',
  gap: {what: 'a log', reason: 'timeout', detail},
})

const OUTCOMES: Readonly<Record<string, readonly RuleOutcome[]>> = {
  a: [found('a', 'x', 'x', 'y'), open('slow'), passed(three)],
  b: [passed(one), open('slow'), unasked(three)],
  c: [found('c', 'x'), passed(two), passed(three)],
  d: [found('d', 'x'), open('later'), passed(three)],
}

function tallied(order: string) {
  const aggregator = createAggregator()
  for (const name of order) aggregator.add(pod(name), OUTCOMES[name] ?? [])
  return aggregator.workloads()
}

test('the result does not depend on the order of the pods', () => {
  const [workload, ...others] = tallied('abcd')
  expect(others).toEqual([])
  expect(workload?.workload).toEqual({kind: 'Deployment', namespace: 'shop', name: 'web'})
  expect(workload?.pods).toEqual(['a', 'b', 'c', 'd'])
  expect(workload?.findings.map(({message, pods, proof}) => [message, pods, proof[0]?.text])).toEqual([
    ['x', ['a', 'c', 'd'], 'a'],
    ['y', ['a'], 'a'],
  ])
  expect(workload?.notChecked.map(({code, pods, gap}) => [code, pods, gap.detail])).toEqual([
    [two.code, ['a', 'b', 'd'], 'slow'],
  ])
  // Two of the rules were not passed by every pod; the third is not a question for one of them, which is not a failure.
  expect(workload?.passed).toBe(1)
  for (const order of ['dcba', 'bdac', 'cadb', 'badc']) expect(tallied(order)).toEqual([workload])
})

test('a template has no pods', () => {
  const aggregator = createAggregator()
  aggregator.add(pod('a', {}), [found('a', 'x'), open('slow'), passed(three)])
  expect(aggregator.workloads()).toMatchObject([
    {pods: [], findings: [{message: 'x', pods: []}], notChecked: [{pods: []}], passed: 1},
  ])
})
