import {describe, expect, test} from '@jest/globals'
import {documentTexts, tooLarge} from '../../../src/formats/kube-manifest/document-texts.js'
import {jsonTexts} from '../../../src/formats/kube-manifest/json-values.js'
import {parseManifest, parseObjects} from '../../../src/formats/kube-manifest/parse.js'
import {placesIn} from '../../../src/formats/kube-manifest/place.js'

const POD = 'kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: x}]}\n'
const JSON_POD = '{"kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"a"}]}}'

function read(text: string | Uint8Array): {names: string[]; problems: string[]} {
  const {objects, problems} = parseManifest(Buffer.from(text))
  return {
    names: objects.map(({metadata}) => metadata.name),
    problems: problems.map(({line, column, message}) => `${line}:${column} ${message}`),
  }
}

describe('a document with an error is reported with its position, the others are kept', () => {
  const cases: readonly (readonly [string, string, string | RegExp])[] = [
    ['an open quote does not swallow what follows', 'a: "x\n', /^2:1 Missing closing "quote/],
    ['an open bracket does not either', 'a: [1\n', /^2:1 Flow sequence/],
    ['nor an open brace of JSON', '{"kind": "Pod",\n', /^2:1 Flow map/],
    ['a tab as indentation', 'a:\n\tb: c\n', '2:1 Tabs are not allowed as indentation'],
    ['a NUL byte', 'kind: Pod\nname: a\0b\n', '2:8 the character U+0000 is not allowed'],
    ['an escape character', 'a: \u001b[31m\n', '1:4 the character U+001B is not allowed'],
    ['a name twice', 'a: 1\nb: {c: 1, c: 2}\n', '2:11 "c" is a duplicate key'],
    ['an alias of another document', 'a: *x\n', '1:4 alias *x has no anchor before it in this document'],
    ['an alias of itself', 'a: &x {b: *x}\n', '1:11 alias *x is recursive'],
    ['a template of Helm', 'kind: Pod\nmetadata:\n  name: {{ .Values.name }}\n{{ include "x" . }}\n', /^4:1 /],
    ['nesting without end in flow', `a: ${'['.repeat(100_000)}\n`, /^1:\d+ it is nested too deeply$/],
    ['nesting without end in dashes', `a:\n  ${'- '.repeat(50_000)}x\n`, /it is nested too deeply$/],
    ['a line of 17 MB', `a: ${'x'.repeat(17 * 1024 * 1024)}\n`, /^1:1 the document is larger than 16 MB/],
    ['two million values', `a: [${'1,'.repeat(1_000_001)}]\n`, /^1:1 the document has more than 1000000 values/],
    ['two million lines', `a:\n${'- 1\n'.repeat(1_000_001)}`, /^1:1 the document has more than 1000000 values/],
    ['no kind', 'metadata: {name: a}\n', '1:1 not a Kubernetes object: it has no kind'],
    ['no name', 'kind: Pod\nspec: {}\n', '1:1 Pod: it has no metadata.name'],
    [
      'a name that is a number',
      'kind: Pod\nmetadata: {name: 5}\n',
      '2:18 Pod: metadata.name must be a string, not 5 (quote it)',
    ],
    ['a text', 'just words\n', '1:1 not a Kubernetes object: "just words"'],
    ['no spec', 'kind: Pod\nmetadata: {name: a}\n', '1:1 Pod a: spec is missing'],
    [
      'a spec that is a list',
      'kind: Pod\nmetadata: {name: a}\nspec: []\n',
      '3:7 Pod a: spec must be a map, not a list',
    ],
  ]

  test.each(cases)('%s', (_name, bad, wanted) => {
    for (const [text, line] of [
      [`${bad}---\n${POD}`, 0],
      [`${POD}---\n${bad}---\n${POD}`, 4],
    ] as const) {
      const {names, problems} = read(text)
      expect(names).toEqual(line === 0 ? ['p'] : ['p', 'p'])
      const [, place, rest = ''] = /^(\d+)(:.*)$/s.exec(problems[0] ?? '') ?? []
      const first = `${Number(place) - line}${rest}`
      if (typeof wanted === 'string') expect(first).toBe(wanted)
      else expect(first).toMatch(wanted)
    }
  })

  test('ten thousand bad documents: a hundred are reported, the rest are counted', () => {
    const {names, problems} = read(`${'a: [1\n---\n'.repeat(10_000)}${POD}`)
    expect(names).toEqual(['p'])
    expect(problems).toHaveLength(101)
    expect(problems[100]).toBe('200:1 and 9900 more errors after this one')
  })

  test('a map of a hundred thousand names and five thousand aliases are read in the time a person waits', () => {
    const names = Array.from({length: 100_000}, (_, index) => `  k${index}: v\n`).join('')
    expect(read(`kind: X\nmetadata: {name: x}\ndata:\n${names}  k7: w\n`).problems).toEqual([
      '100004:3 "k7" is a duplicate key',
    ])
    const aliases = Array.from({length: 5001}, (_, index) => `- &x${index} v\n- *x${index}\n`).join('')
    expect(read(`a:\n${aliases}`).problems[0]).toBe('1:1 it has more than 5000 aliases')
  })
})

describe('what is not a mistake', () => {
  test.each([
    ['a byte order mark', `\ufeff${POD}`, ['p']],
    ['one before a later document', `${POD}---\n\ufeff${POD}`, ['p', 'p']],
    ['Windows line ends', POD.replaceAll('\n', '\r\n'), ['p']],
    ['carriage returns alone', POD.replaceAll('\n', '\r'), ['p']],
    ['comments of Helm and empty documents', `---\n# Source: a.yaml\n---\n# Source: b.yaml\n${POD}---\n---\n`, ['p']],
    [
      'dashes in a block of text',
      `kind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: |\n    ---\n    b\n---\n${POD}`,
      ['c', 'p'],
    ],
    ['text behind the dashes', `--- # the first\n${POD}--- {kind: X, metadata: {name: x}}\n`, ['p', 'x']],
    ['dots and directives', `%YAML 1.2\n---\n${POD}...\n# more\n%YAML 1.2\n---\n${POD}`, ['p', 'p']],
    ['a document after dots', `${POD}...\n${POD}`, ['p', 'p']],
    ['JSON values one after the other', `${JSON_POD}\n${JSON_POD} ${JSON_POD}`, ['p', 'p', 'p']],
    ['JSON documents', `---\n${JSON_POD}\n---\n${JSON_POD}\n`, ['p', 'p']],
    ['a List in JSON', `{"kind":"List","items":[${JSON_POD},null]}`, ['p']],
    [
      'a PodList without kinds',
      `{"kind":"PodList","apiVersion":"v1","items":[${JSON_POD.replace('"kind":"Pod",', '')}]}`,
      ['p'],
    ],
    ['a List without items', 'kind: List\nitems:\n', []],
    ['a bare list', `- ${JSON_POD}\n`, ['p']],
    ['what kustomize reads', `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n---\n${POD}`, ['p']],
    [
      'a kind never seen with fields of its own',
      'kind: Weird\nmetadata: {name: w}\nspec: {containers: {a: b}, template: 5}\n',
      ['w'],
    ],
    [
      'a Rollout that takes its template from elsewhere',
      'kind: Rollout\nmetadata: {name: r}\nspec: {workloadRef: {}}\n',
      ['r'],
    ],
    ['a generated name', POD.replace('name: p', 'generateName: p-'), ['p-?']],
    ['merge keys', POD.replace('{name: p}', '{<<: {labels: {a: b}}, name: p}'), ['p']],
    ['tags of programs', POD.replace('image: x', 'image: !mine x'), ['p']],
    ['keys that are lists', POD.replace('image: x', '? [a, b] : c, image: x'), ['p']],
    ['nothing but comments', '# nothing\n', []],
    ['nothing', '', []],
  ] as const)('%s', (_name, text, wanted) => {
    expect(read(text)).toEqual({names: wanted, problems: []})
  })

  /** What kubectl 1.32 (`patch --local -o json`) makes of a label written like this: a string, or a type it refuses. */
  test.each([
    ['2020-01-01', true],
    ['12:30:00', true],
    ['2020-01-01T10:00:00Z', true],
    ['=', true],
    ['null', true],
    ['v1', true],
    ['.', true],
    ['e5', true],
    ['n', false],
    ['y', false],
    ['on', false],
    ['1.0', false],
    ['017', false],
    ['1e3', false],
    ['0x1F', false],
    ['1_000', false],
    ['.nan', false],
  ])('a label %s: a string as kubectl reads it: %s', (text, string) => {
    const {problems} = read(POD.replace('{name: p}', `{name: p, labels: {a: ${text}}}`))
    if (string) expect(problems).toEqual([])
    else expect(problems).toEqual([expect.stringMatching(/^2:33 Pod p: metadata\.labels\.a must be a string, not /)])
  })
})

describe('types', () => {
  test.each([
    ['spec: {containers: {}}', 'spec.containers must be a list, not a map'],
    ['spec: {containers: [x]}', 'spec.containers.0 must be a map, not "x"'],
    ['spec: {containers: [{image: x}]}', 'spec.containers.0.name is missing'],
    ['spec: {initContainers: [{name: 5}]}', 'spec.initContainers.0.name must be a string, not 5 (quote it)'],
    [
      'spec: {containers: [{name: a, ports: [{containerPort: "80"}]}]}',
      'spec.containers.0.ports.0.containerPort must be a number, not "80"',
    ],
    ['spec: {containers: [{name: a, ports: [{name: http}]}]}', 'spec.containers.0.ports.0.containerPort is missing'],
    [
      'spec: {containers: [{name: a, securityContext: {runAsUser: "1337"}}]}',
      'spec.containers.0.securityContext.runAsUser must be a number, not "1337"',
    ],
    [
      'spec: {securityContext: {runAsNonRoot: "true"}}',
      'spec.securityContext.runAsNonRoot must be true or false, not "true"',
    ],
    ['spec: {hostNetwork: 1}', 'spec.hostNetwork must be true or false, not 1'],
    [
      'spec: {containers: [{name: a, livenessProbe: {httpGet: {port: []}}}]}',
      'spec.containers.0.livenessProbe.httpGet.port must be a number or a string, not a list',
    ],
    ['spec: {containers: [{name: a, command: [1]}]}', 'spec.containers.0.command.0 must be a string, not 1 (quote it)'],
  ])('%s', (spec, wanted) => {
    expect(
      read(`kind: Pod\nmetadata: {name: p}\n${spec}\n`).problems.map(each => each.replace(/^3:\d+ Pod p: /, '')),
    ).toEqual([wanted])
  })

  test.each([
    ['Deployment', 'spec: {}', 'spec.template is missing'],
    ['CronJob', 'spec: {jobTemplate: {spec: {template: {}}}}', 'spec.jobTemplate.spec.template.spec is missing'],
    ['Service', 'spec: {ports: [{targetPort: 1}]}', 'spec.ports.0.port is missing'],
    ['Service', 'spec: {selector: {app: 5}}', 'spec.selector.app must be a string, not 5 (quote it)'],
    ['Namespace', 'metadata: {name: p, labels: [a]}', 'metadata.labels must be a map, not a list'],
    ['Rollout', 'spec: {template: {spec: 5}}', 'spec.template.spec must be a map, not 5'],
  ])('%s %s', (kind, rest, wanted) => {
    const metadata = rest.startsWith('metadata') ? '' : 'metadata: {name: p}\n'
    expect(read(`kind: ${kind}\n${metadata}${rest}\n`).problems[0]).toContain(`${kind} p: ${wanted}`)
  })
})

describe('JSON', () => {
  test('mistakes have places there, too, in lists as well', () => {
    const list = `{"kind":"List","items":[\n${JSON_POD},\n{"kind":"Pod"},\n5,\n{"kind":"Pod","metadata":{"name":"q"},"spec":{"hostNetwork":1}}]}`
    expect(read(`\n${list}`)).toEqual({
      names: ['p'],
      problems: [
        '4:1 Pod: it has no metadata.name',
        '5:1 not a Kubernetes object: 5',
        '6:61 Pod q: spec.hostNetwork must be true or false, not 1',
      ],
    })
  })

  test('a name twice and an end that is missing', () => {
    expect(read('{"kind":"Pod",\n"metadata":{"name":"a","name":"b"}}').problems).toEqual([
      '2:24 "name" is a duplicate key',
    ])
    expect(read(JSON_POD.slice(0, -1)).problems).toEqual([expect.stringMatching(/^1:\d+ Flow map/)])
    expect(read(`${JSON_POD}}`).problems).toHaveLength(1)
  })

  test('braces, commas and escapes in texts are texts', () => {
    const text = '{"a":"}{[,:","b\\"":"\\\\","c":["a","a"],"d":[{"a":1},{"a":2}],"e":{"a":{"a":1}}}'
    expect(jsonTexts(text)).toEqual([{start: 0, end: text.length, repeated: []}])
    expect(jsonTexts('{"a":1,"b":{"c":[],"c":{}},"a":2}')?.[0]?.repeated.map(({offset}) => offset)).toEqual([19, 27])
    for (const other of ['1', '{} x', '{', '"a"', '{"a']) expect(jsonTexts(other)).toBeUndefined()
    expect(jsonTexts('')).toEqual([])
  })

  test('a million brackets are no way in', () => {
    const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000)
    expect(read(`{"kind":"Pod","metadata":{"name":"a"},"spec":${deep}}`).problems).toEqual([
      '1:1 it is nested too deeply',
    ])
    expect(read(deep).problems).toEqual(['1:1 it is nested too deeply'])
    expect(parseObjects(Buffer.from(deep))).toEqual([])
  })
})

describe('documents of a stream', () => {
  test('nothing is lost, and lines are counted', () => {
    const text = `# a\n%YAML 1.2\n---\nb: 1\n--- c\n---x\n...\n---\n\n...`
    const parts = [...documentTexts(text)]
    expect(parts.map(each => each.text).join('')).toBe(text)
    expect(parts).toEqual([
      {text: '# a\n%YAML 1.2\n---\nb: 1\n', line: 1},
      {text: '--- c\n---x\n...\n', line: 5},
      {text: '---\n\n...', line: 8},
    ])
  })

  test('size is judged by values, not by length alone', () => {
    expect(tooLarge('x'.repeat(16 * 1024 * 1024))).toBeUndefined()
    expect(tooLarge('x'.repeat(16 * 1024 * 1024 + 1))).toContain('larger than 16 MB')
    expect(tooLarge('a-b:c?d '.repeat(1_500_000))).toBeUndefined()
    for (const mark of ['\n', ',', '[', '{', '- ', '? ']) {
      expect(tooLarge(mark.repeat(1_000_000))).toBeUndefined()
      expect(tooLarge(mark.repeat(1_000_001))).toContain('more than 1000000 values')
    }
  })
})

describe('places', () => {
  const place = (text: string, kind: string, namespace: string, name: string, path?: string) =>
    placesIn(Buffer.from(text))({kind, namespace, name}, path)

  test('of the object of that namespace', () => {
    const two = ['a', 'b'].map(name => POD.replace('{name: p}', `{name: p, namespace: ${name}}`)).join('---\n')
    expect(place(two, 'Pod', 'a', 'p')).toEqual({line: 2, column: 18})
    expect(place(two, 'Pod', 'b', 'p')).toEqual({line: 6, column: 18})
    expect(place(two, 'Pod', 'default', 'p')).toBeUndefined()
    expect(place('kind: Namespace\nmetadata: {name: team}\n', 'Namespace', '', 'team')).toEqual({line: 2, column: 18})
  })

  test('of the object that has the field, when one is written twice', () => {
    const twice = `${POD}---\n${POD.replace('image: x', 'image: x, securityContext: {runAsUser: 1}')}`
    expect(place(twice, 'Pod', 'default', 'p', 'spec.containers[0].securityContext.runAsUser')?.line).toBe(7)
    expect(place(twice, 'Pod', 'default', 'p', 'spec.containers[0].image')?.line).toBe(3)
  })

  test('in lists, in JSON one after the other, after broken documents, with carriage returns', () => {
    const list = `{"kind":"PodList","items":[\n${JSON_POD.replace('"kind":"Pod",', '')}]}`
    expect(place(list, 'Pod', 'default', 'p')).toEqual({line: 2, column: 21})
    expect(place(`${JSON_POD.replace('"p"', '"o"')}\n${JSON_POD}`, 'Pod', 'default', 'p')).toEqual({
      line: 2,
      column: 34,
    })
    expect(place(`a: "x\n---\n${POD}`, 'Pod', 'default', 'p')).toEqual({line: 4, column: 18})
    expect(place(`a: ${'['.repeat(100_000)}\n---\n${POD}`, 'Pod', 'default', 'p')).toEqual({line: 4, column: 18})
    expect(place(POD.replaceAll('\n', '\r'), 'Pod', 'default', 'p')).toEqual({line: 2, column: 18})
  })
})

describe('a Template of OpenShift', () => {
  const template = `apiVersion: template.openshift.io/v1
kind: Template
metadata: {name: shop}
objects:
  - apiVersion: v1
    kind: Service
    metadata: {name: "\${NAME}"}
    spec:
      selector: {app: "\${NAME}", tier: "\${TIER}"}
      ports: [{name: "\${PORT}", port: "\${{PORT}}"}]
parameters:
  - {name: NAME, value: web}
  - {name: PORT, value: "8080"}
  - {name: TIER, required: true}
`

  test('its objects are read with the parameters that have values; text stays text, and what has none stays as it is', () => {
    const {objects, problems} = parseManifest(Buffer.from(template))
    expect(problems).toEqual([])
    expect(objects).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: {name: 'web'},
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a parameter, not a template literal
        spec: {selector: {app: 'web', tier: '${TIER}'}, ports: [{name: '8080', port: 8080}]},
      },
    ])
  })

  test('they have places, under the names that are filled in', () => {
    const place = placesIn(Buffer.from(template))
    expect(place({kind: 'Service', namespace: 'default', name: 'web'}, 'spec.ports[0].port')).toEqual({
      line: 10,
      column: 39,
    })
  })

  test('a number without a value is a mistake with its place', () => {
    const {problems} = parseManifest(Buffer.from(template.replace('name: PORT', 'name: OTHER')))
    expect(problems).toMatchObject([{line: 10, column: 39, message: expect.stringContaining('must be a number')}])
  })

  test('another Template is an object like any other', () => {
    const other = template.replace('template.openshift.io/v1', 'example.com/v1')
    expect(parseManifest(Buffer.from(other)).objects.map(({kind}) => kind)).toEqual(['Template'])
  })
})

describe('unknown fields, as the strict validation of the API server names them', () => {
  const fields = (text: string) => parseManifest(Buffer.from(text)).problems.map(({message}) => message)
  const deployment = (spec: string, more = '') =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {${spec}}}${more}}\n`

  // kubectl 1.34 --dry-run=server: strict decoding error: unknown field "spec.template.spec.container"
  test.each([
    [
      deployment('container: [{name: web}]'),
      'unknown field "spec.template.spec.container" (did you mean "containers"?)',
    ],
    [
      deployment('containers: [{name: a}, {name: b, imagee: x}]'),
      'unknown field "spec.template.spec.containers[1].imagee" (did you mean "image"?)',
    ],
    [
      deployment('containers: [{name: a, ports: [{containerport: 80, containerPort: 80}]}]'),
      'unknown field "spec.template.spec.containers[0].ports[0].containerport" (did you mean "containerPort"?)',
    ],
    [deployment('containers: [{name: a}]', ', replica: 2'), 'unknown field "spec.replica" (did you mean "replicas"?)'],
    [
      'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selectors: {app: web}, ports: [{port: 80, targetport: 8080}]}\n',
      'unknown field "spec.selectors" (did you mean "selector"?)',
    ],
    [
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: np}\nspec: {podSelectors: {}}\n',
      'unknown field "spec.podSelectors" (did you mean "podSelector"?)',
    ],
  ])('%s', (text, message) => {
    expect(fields(text)[0]).toContain(message)
  })

  test('the object is judged all the same', () => {
    const {objects, problems} = parseManifest(Buffer.from(deployment('containers: [{name: a, imagee: x}]')))
    expect(objects).toHaveLength(1)
    expect(problems).toHaveLength(1)
  })

  test('every field of a real object is known: what a cluster wrote, and kinds and versions of others', () => {
    expect(
      fields(
        deployment('containers: [{name: a}]')
          .replace('apps/v1', 'extensions/v1beta1')
          .replace('selector', 'rollbackTo: {}, selector'),
      ),
    ).toEqual([])
    expect(
      fields('apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: s}\nspec: {traffic: []}\n'),
    ).toEqual([])
    expect(
      fields(
        'apiVersion: v1\nkind: Pod\nmetadata: {name: p, selfLink: /x, clusterName: "", managedFields: [{any: 1}]}\nspec: {containers: [{name: a}]}\nstatus: {anything: 1}\n',
      ),
    ).toEqual([])
  })

  test('a workload without containers is refused, a patch is not', () => {
    expect(fields(deployment('nodeName: a'))).toEqual(['Deployment web: spec.template.spec.containers is missing'])
    expect(
      fields('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {nodeName: a}}}\n'),
    ).toEqual([])
  })
})
