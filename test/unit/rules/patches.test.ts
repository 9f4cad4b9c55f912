import {describe, expect, test} from '@jest/globals'
import {parseDocument, stringify} from 'yaml'
import {correctedIn} from '../../../src/formats/kube-manifest/correct.js'
import {parseManifest} from '../../../src/formats/kube-manifest/parse.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {expectGolden} from '../../support/golden.js'
import {kubernetesProblems} from '../../support/official-schemas.js'
import {ALL, OFFERING, PATCHED, patchedByKubectl, withoutEmpty} from './patched-cases.js'

/** Their patches bring the pod into the mesh, or let a Service find it: what is then worth a remark is remarked. */
const JOINS = ['inject-annotation-only', 'inject-on-wrong-object', 'app-version-labels']
/** Their findings combine several ports: what a patch cannot fix is then a finding of its own. */
const GATHERING = ['port-name']
const REMARKED = [...JOINS, ...GATHERING]

test('the patch of each case', () => {
  const lines = ALL.flatMap(({name, fixed}) =>
    fixed.length === 0 ? [`${name}: nothing`] : fixed.map(({finding}) => `${name}: ${JSON.stringify(finding.patch)}`),
  )
  expectGolden('src/reports/check/golden/patches.txt', `${lines.join('\n')}\n`)
  expect(OFFERING.map(({slug}) => slug).filter(slug => !PATCHED.some(each => each.slug === slug))).toEqual([])
})

describe('a patched object has no finding of the rule and no new ones', () => {
  test.each(PATCHED.map(each => [each.name, each] as const))('%s', (_name, {slug, fixed}) => {
    for (const {before, after, failures, found, left, fresh, mine} of fixed) {
      expect(failures).toEqual([])
      expect(after).not.toEqual(before)
      expect(kubernetesProblems(after)).toEqual(kubernetesProblems(before))
      expect({mine, found}).toEqual({mine, found: expect.arrayContaining([mine])})
      expect(left).not.toContain(mine)
      expect(fresh.filter(line => !REMARKED.includes(slug) || !line.startsWith('info '))).toEqual([])
    }
  })
})

describe('patched manifests', () => {
  const written = (object: KubeObject) =>
    [
      ['block', stringify(object)],
      ['a List in flow style', stringify({kind: 'List', items: [object]}, {collectionStyle: 'flow'})],
      ['JSON', JSON.stringify(object, null, 1)],
    ] as const

  test.each(PATCHED.map(each => [each.name, each] as const))('%s', (_name, {fixed}) => {
    for (const {finding, before, after} of fixed) {
      for (const [_form, text] of written(before)) {
        const corrections = [{object: finding.object, steps: finding.patch ?? []}]
        const bytes = Buffer.from(`# first\n---\n# second\n${text}`)
        const [document, ...others] = correctedIn(bytes, corrections)
        expect(others).toEqual([])
        expect(document?.objects).toEqual([finding.object])
        const {objects, problems} = parseManifest(Buffer.from(document?.text ?? ''))
        expect(problems).toEqual([])
        // A map that is empty once its last entry is gone may go as well.
        expect(objects.map(withoutEmpty)).toEqual([withoutEmpty(after)])
      }
    }
  })
})

patchedByKubectl(0.15)

describe('corrected manifests', () => {
  const DEPLOYMENT = {kind: 'Deployment', namespace: 'default', name: 'web'}
  const LABEL = [
    {op: 'add', path: '/spec/template/metadata/labels', value: {}},
    {op: 'add', path: '/spec/template/metadata/labels/app', value: 'web'},
  ] as const
  const corrected = (text: string, steps: Parameters<typeof correctedIn>[1][number]['steps']) =>
    correctedIn(Buffer.from(text), [{object: DEPLOYMENT, steps}])

  test('comments, quotes and the other fields stay; only documents that change are printed', () => {
    const text = `# what it is
apiVersion: apps/v1 # group
kind: Deployment
metadata:
  name: "web"
spec:
  template:
    metadata:
      labels: # none yet
    spec:
      # the only one
      containers:
      - name: 'a' # with a name
        args: ["--x=y", 'z']
        image: x
        command:
        - |
          set -e
          exec  a
`
    const [document, ...others] = corrected(`kind: Other\nmetadata: {name: o}\n---\n${text}`, LABEL)
    expect(others).toEqual([])
    expect(document?.line).toBe(5)
    expect(document?.text).toBe(text.replace('labels: # none yet\n', 'labels:\n        app: web\n'))
  })

  test('a changed value, or one behind an anchor, is not modified', () => {
    const text =
      'kind: Deployment\nmetadata: {name: web, labels: &l {app: old}}\nspec: {template: {metadata: {labels: *l}}}\n'
    expect(corrected(text, LABEL)).toEqual([])
    expect(corrected(text, [{op: 'add', path: '/metadata/labels/app', value: 'new'}])).toEqual([])
    expect(
      corrected(text, [
        {op: 'test', path: '/kind', value: 'Pod'},
        {op: 'add', path: '/spec/x', value: 1},
      ]),
    ).toEqual([])
    expect(corrected(text, [{op: 'remove', path: '/spec/absent'}])).toEqual([])
    expect(
      corrected(text, [
        {op: 'add', path: '/spec/x', value: 1},
        {op: 'remove', path: '/spec/absent'},
      ]),
    ).toEqual([])
  })

  test('strings that look like something else are quoted, and unsafe ones written as escapes', () => {
    const text = 'kind: Deployment\nmetadata: {name: web, annotations: {evil: "\\e[31m\\u202e"}}\n'
    const [document] = corrected(text, [
      {op: 'add', path: '/metadata/labels/a~1b', value: 'true'},
      {op: 'add', path: '/metadata/labels/c', value: '1e3'},
      {op: 'add', path: '/metadata/labels/d', value: 'y'},
    ])
    expect(parseDocument(document?.text ?? '', {version: '1.1'}).toJS()).toMatchObject({
      metadata: {labels: {'a/b': 'true', c: '1e3', d: 'y'}, annotations: {evil: '\u001b[31m\u202e'}},
    })
    expect(document?.text).not.toMatch(/[\u001b\u202e]/)
  })
})
