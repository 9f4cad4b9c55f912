import {describe, expect, test} from '@jest/globals'
import {changeLevels} from '../../../../src/cli/flags/change-levels.js'
import {answered, missing} from '../../../../src/model/evidence/answer.js'
import type {Artifact} from '../../../../src/model/evidence/evidence.js'
import {UserError} from '../../../../src/model/evidence/user-error.js'
import type {PodRef} from '../../../../src/model/kube/kube-object.js'
import {changeText, changeToRestore, meshDefault, parseLevelChange} from '../../../../src/reports/log-levels/change.js'
import {logLevelReport} from '../../../../src/reports/log-levels/report.js'
import type {Source} from '../../../../src/sources/source.js'
import {rejection} from '../../../support/replay-server.js'

const POD = {namespace: 'demo', name: 'a'}
const START = {admin: 'warning', http: 'warning', rbac: 'debug'}

/** An Envoy that keeps its levels, as its admin page does: `level` sets all, a logger's name sets one. */
function envoy(broken: {readonly after: number} = {after: Number.POSITIVE_INFINITY}) {
  const levels = new Map<string, string>(Object.entries(START))
  const sent: string[] = []
  const page = (): Artifact => {
    const lines = [...levels].map(([name, level]) => `  ${name}: ${level}`)
    return {id: 'envoy.logging', bytes: Buffer.from(`active loggers:\n${lines.join('\n')}\n`), provenance: {}}
  }
  const source: Source = {
    origin: {kind: 'cluster', label: 'cluster test'},
    defaultNamespace: 'demo',
    traits: {live: true, complete: true},
    objects: async () => answered([]),
    evidence: async () => answered(page()),
    changes: {
      async setLogLevel(_pod: PodRef, level: string, logger?: string) {
        if (sent.length >= broken.after) return missing('levels', 'unreachable', 'gone')
        sent.push(`${logger ?? 'level'}=${level}`)
        for (const name of logger === undefined ? [...levels.keys()] : [logger]) levels.set(name, level)
        return answered(page())
      },
      sendRequest: async () => missing('a request', 'not-applicable', 'not here'),
      setZtunnelLogLevel: async () => missing('x', 'failed', 'not here'),
      addDebugContainer: async () => missing('x', 'failed', 'not here'),
      applyPolicyReport: async () => missing('x', 'failed', 'not here'),
      createEvent: async () => missing('x', 'failed', 'not here'),
      lease: () => ({hold: async () => missing('x', 'failed', 'not here'), release: async () => undefined}),
    },
    close: async () => undefined,
  }
  return {source, sent, now: () => Object.fromEntries(levels)}
}

const nothing = async () => undefined

async function change(
  fake: ReturnType<typeof envoy>,
  text: string,
  forMs?: number,
  show = async () => undefined as undefined,
) {
  const before = await logLevelReport(fake.source, [POD])
  const said: string[] = []
  const say = async (line: string) => void said.push(line)
  await changeLevels(fake.source, before, parseLevelChange(text), forMs, show, say)
  return said
}

describe('what --level means', () => {
  // As istioctl 1.31 reads it: a level alone takes back the loggers before it, `prefix::` is dropped, warn is warning.
  test.each([
    ['debug', 'debug'],
    ['warn', 'warning'],
    ['http:debug', 'http:debug'],
    ['http=debug,rbac:trace', 'http:debug,rbac:trace'],
    ['info,http:debug', 'info,http:debug'],
    ['http:debug,info', 'info'],
    ['pilot::http:off', 'http:off'],
  ])('%s is %s', (text, meaning) => {
    expect(changeText(parseLevelChange(text))).toBe(meaning)
  })

  test.each(['loud', 'http:loud', '', 'a:b:c'])('%j is an error of the user', text => {
    expect(() => parseLevelChange(text)).toThrow(UserError)
  })

  test('the restore command names the most frequent level and the exceptions', () => {
    expect(changeText(changeToRestore(new Map(Object.entries(START))))).toBe('warning,rbac:debug')
  })

  test('--reset is the level in the injector’s values, else warning', async () => {
    const withValues = (values: string): Source => ({
      ...envoy().source,
      objects: async query =>
        answered(
          query.name === 'istio-sidecar-injector-canary'
            ? [{apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'x'}, data: {values}}]
            : [],
        ),
    })
    const source = withValues('{"global":{"proxy":{"logLevel":"info,http:error"}}}')
    expect(changeText(await meshDefault(source, 'istio-system', 'canary'))).toBe('info,http:error')
    expect(changeText(await meshDefault(source, 'istio-system', undefined))).toBe('warning')
    expect(changeText(await meshDefault(withValues('no json'), 'istio-system', 'canary'))).toBe('warning')
  })
})

describe('setting levels', () => {
  test('all first, then single loggers, and what is shown is what Envoy says then', async () => {
    const fake = envoy()
    const said = await change(fake, 'info,http:trace')
    expect(said).toEqual(['to restore the previous levels: meshctl proxy-config log a.demo --level warning,rbac:debug'])
    expect(fake.sent).toEqual(['level=info', 'http=trace'])
    expect(fake.now()).toEqual({admin: 'info', http: 'trace', rbac: 'info'})
  })

  test('a logger Envoy does not have is an error before anything is set', async () => {
    const fake = envoy()
    expect(await rejection(change(fake, 'info,nonsense:debug'))).toMatchObject({
      message: 'unrecognized logger name: nonsense',
    })
    expect(fake.sent).toEqual([])
  })

  test('a source that is not live is an error', async () => {
    const {changes: _none, ...source} = envoy().source
    const before = await logLevelReport(source, [POD])
    const error = await rejection(changeLevels(source, before, parseLevelChange('info'), undefined, nothing, nothing))
    expect(error).toMatchObject({message: expect.stringContaining('only be changed on a live cluster')})
  })

  test('with a duration the previous levels are restored at the end', async () => {
    const fake = envoy()
    let during = {}
    await change(fake, 'trace', 10, async () => {
      during = fake.now()
    })
    expect(during).toEqual({admin: 'trace', http: 'trace', rbac: 'trace'})
    expect(fake.now()).toEqual(START)
  })

  test('and after Ctrl-C', async () => {
    const fake = envoy()
    await change(fake, 'trace', 60_000, async () => {
      setTimeout(() => process.emit('SIGINT'), 5)
    })
    expect(fake.now()).toEqual(START)
  })

  test('and when something fails on the way', async () => {
    const fake = envoy()
    const failing = change(fake, 'trace', 60_000, async () => {
      throw new Error('the terminal is gone')
    })
    expect(await rejection(failing)).toMatchObject({message: 'the terminal is gone'})
    expect(fake.now()).toEqual(START)
  })
})
