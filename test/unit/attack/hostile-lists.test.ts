import {gzipSync} from 'node:zlib'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {Answer} from '../../../src/model/evidence/answer.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {type ScriptedAnswer, type ScriptedCluster, scriptedCluster} from '../../support/scripted-cluster.js'

const pod = (name: string, more: object = {}) => ({metadata: {name, namespace: 'demo'}, ...more})
const list = (items: unknown, more: object = {}) => ({kind: 'PodList', apiVersion: 'v1', metadata: {}, items, ...more})

/** Answers to the list of a namespace's pods that hold no pods, half of them, or something else; and what is said of each. */
const HALVES: readonly (readonly [string, unknown, RegExp])[] = [
  ['items that are a map', list({a: 1}), /the answer is not a list/],
  ['a token that is a number', list([pod('a')], {metadata: {continue: 7}}), /token of the next page is not a string/],
  ['a token that is a map', list([pod('a')], {metadata: {continue: {}}}), /token of the next page is not a string/],
  [
    'objects that remain, and no token',
    list([pod('a')], {metadata: {remainingItemCount: 40}}),
    /40 objects remain, but the token to read them is missing/,
  ],
  [
    'a list of another kind',
    {...list([pod('a')]), kind: 'ServiceList'},
    /asked for Pod objects, and got the kind Service/,
  ],
  ['an item of another kind', list([pod('a', {kind: 'constructor'})]), /got the kind constructor/],
]

/** Answers of a proxy or a broken server in place of a list. */
const FOREIGN: readonly (readonly [string, ScriptedAnswer, RegExp])[] = [
  [
    'a redirection to a login',
    {status: 302, headers: {location: 'https://zoe:pw@login.example.com/in?token=Zq7wXk29mTb'}, body: ''},
    /^HTTP 302 redirects to https:\/\/login\.example\.com\/in, which is not followed/,
  ],
  ['a redirection to nowhere', {status: 308, body: ''}, /^HTTP 308 redirects, which is not followed/],
  [
    'text said to be gzip',
    {headers: {'content-encoding': 'gzip'}, body: '{"kind":"PodList"}'},
    /compressed answer is damaged/,
  ],
]

let cluster: ScriptedCluster
let answer: ScriptedAnswer = {body: ''}

beforeAll(async () => {
  cluster = await scriptedCluster({get: path => (path.includes('/pods') ? answer : undefined)})
})
afterAll(() => cluster.close())

async function pods(given: ScriptedAnswer): Promise<Answer<readonly KubeObject[]>> {
  answer = given
  return await cluster.source.objects({kind: 'pods', namespace: 'demo'})
}

describe('an answer in place of a list is never an empty or a whole list', () => {
  test.each(HALVES)('%s', async (_what, body, why) => {
    expect(await pods({body: JSON.stringify(body)})).toMatchObject({
      ok: false,
      gap: {reason: 'unreadable', detail: expect.stringMatching(why)},
    })
  })

  test.each(FOREIGN)('%s', async (_what, given, why) => {
    expect(await pods(given)).toMatchObject({
      ok: false,
      gap: {reason: 'unreadable', detail: expect.stringMatching(why)},
    })
  })
})

test('an object nested 20,000 deep', async () => {
  const text = JSON.stringify(list([pod('a', {spec: {x: 0}})]))
  expect(await pods({body: text.replace('0', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`)})).toMatchObject({
    ok: false,
    gap: {reason: 'unreadable', detail: 'the answer is nested too deeply'},
  })
})

test('an object that a continued list holds twice is one', async () => {
  const found = await pods({body: JSON.stringify(list([pod('a'), pod('b'), pod('a')]))})
  expect(found.ok && found.value.map(({metadata}) => metadata.name)).toEqual(['a', 'b'])
})

test('what explains a refusal is read up to its limit', async () => {
  const found = await pods({status: 500, body: `down ${'x'.repeat(5_000_000)}`})
  expect(found).toMatchObject({ok: false, gap: {detail: expect.stringMatching(/^HTTP 500: down x{495}…$/)}})
})

test('a refusal that is compressed is read', async () => {
  const body = gzipSync(
    JSON.stringify({kind: 'Status', status: 'Failure', reason: 'Forbidden', message: 'not you', code: 403}),
  )
  const found = await pods({status: 403, headers: {'content-encoding': 'gzip'}, body: body as unknown as string})
  expect(found).toMatchObject({ok: false, gap: {reason: 'forbidden', detail: expect.stringContaining('not you')}})
})
