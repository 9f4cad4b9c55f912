import {beforeAll, describe, expect, test} from '@jest/globals'
import {pathQuestion} from '../../../src/cli/flags/path-question.js'
import {formOf, rendered} from '../../../src/cli/output/output.js'
import {readExpectations} from '../../../src/formats/expectations/parse.js'
import {missing} from '../../../src/model/evidence/answer.js'
import {type PathBranch, type PathReport, pathReport} from '../../../src/reports/trace/path-report.js'
import type {PathFlags} from '../../../src/reports/trace/path-spec.js'
import {pathView} from '../../../src/reports/trace/path-view.js'
import {verified} from '../../../src/reports/verify/report.js'
import type {Source} from '../../../src/sources/source.js'
import {sampleSource} from '../../support/sample.js'

let sample: Source

beforeAll(async () => {
  sample = await sampleSource()
})

async function traced(from: string, to: string, flags: PathFlags = {}, source = sample): Promise<PathReport> {
  const question = await pathQuestion(
    source,
    from,
    to,
    {...flags, namespace: 'demo', istioNamespace: 'istio-system'},
    async () => {},
  )
  return await pathReport(source, question)
}

function only({branches}: PathReport): PathBranch {
  const [branch] = branches
  if (branch === undefined || branches.length > 1) throw new Error(`${branches.length} ways`)
  return branch
}

/** A source in which the sockets of no pod could be read. */
function withoutSockets(source: Source): Source {
  return {
    ...source,
    evidence: async (id, subject, query) =>
      id === 'net.sockets' || id === 'net.proc'
        ? missing('listening sockets', 'no-privilege', 'exec is not allowed')
        : await source.evidence(id, subject, query),
  }
}

const CLIENT = 'deploy/productpage-v1'
const PAIRS = ['sick-noinject:9080', 'sick-loopback:9080', 'tcp-echo:9000'] as const

describe('a delivery to an application', () => {
  test.each(PAIRS)('is certain where the sockets were read, or the pod declares the port: %s', async to => {
    expect(only(await traced(CLIENT, to)).condition).toBeNull()
    expect(only(await traced(CLIENT, to, {}, withoutSockets(sample))).condition).toBeNull()
  })

  test('depends on a listener where nothing shows one', async () => {
    const pod = 'sick-noinject-v1-55f79c46fd-tr7v2'
    // Nothing listens there, as its sockets show.
    expect(only(await traced('deploy/sick-noinject-v1', `${pod}:7777`))).toMatchObject({
      outcome: 'refused',
      condition: null,
    })
    const report = await traced('deploy/sick-noinject-v1', `${pod}:7777`, {}, withoutSockets(sample))
    const branch = only(report)
    expect(branch.outcome).toBe('not-captured')
    expect(branch.cause).toBeUndefined()
    expect(branch.condition).toBe(
      `an application listens on port 7777 of ${pod}.demo, which does not declare it and whose sockets were not read`,
    )
    const text = String(
      await rendered(report, pathView, formOf('table', pathView), {width: 400, colour: false, headers: true}, false),
    )
    expect(text).toContain(
      `not captured (conditional): it reaches the application in ${pod}.demo port 7777, if ${branch.condition}`,
    )
  })

  test('outside the mesh depends on the server there', async () => {
    const branch = only(await traced('deploy/reviews-v1', 'http://93.184.216.34/'))
    expect(branch).toMatchObject({outcome: 'delivered'})
    expect(branch.condition).toBe('the server at 93.184.216.34:80, outside the mesh, accepts it')
  })

  test('keeps an expectation, with what it takes for granted', async () => {
    const {branches} = await traced('deploy/reviews-v1', 'http://93.184.216.34/')
    const read = readExpectations('[{from: a, to: b, expect: {outcome: delivered}}]')
    const [expectation] = read.ok ? read.expectations : []
    if (expectation === undefined) throw new Error('the expectation is valid')
    expect(verified(expectation, branches, 0)).toMatchObject({
      verdict: 'holds',
      because: 'if the server at 93.184.216.34:80, outside the mesh, accepts it',
    })
  })
})
