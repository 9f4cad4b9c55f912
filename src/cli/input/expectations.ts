import {readExpectations} from '../../formats/expectations/parse.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {Expectation} from '../../model/expectation.js'
import type {Asked} from '../../reports/verify/report.js'
import {readInput, readStdin} from '../../sources/files/read.js'
import type {Source} from '../../sources/source.js'
import {pathQuestion} from '../flags/path-question.js'

interface Around {
  readonly namespace?: string | undefined
  readonly istioNamespace: string
}

/** Reads a file of expectations (- for standard input). */
export async function expectationsIn(file: string): Promise<readonly Expectation[]> {
  const bytes = file === '-' ? await readStdin() : await readInput(file)
  const read = readExpectations(Buffer.from(bytes).toString('utf8'))
  if (read.ok) return read.expectations
  throw new UserError(`${file === '-' ? 'standard input' : file} is not a file of expectations: ${read.why}`, {
    hint: 'The form is described in docs/schemas/expectations.schema.json.',
  })
}

/** The question of an expectation to trace. A source or destination that does not exist is the error of that expectation alone. */
export async function askedOf(source: Source, expectation: Expectation, around: Around): Promise<Asked> {
  const {from, to, request} = expectation
  const {method, headers, protocol, host, sni, uid} = request
  const header = headers.map(([name, value]) => `${name}=${value}`)
  const flags = {method, header, protocol, host, sni, uid, ...around}
  try {
    return {expectation, question: await pathQuestion(source, from, to, flags, async () => {})}
  } catch (error) {
    if (error instanceof UserError) return {expectation, question: error}
    throw error
  }
}
