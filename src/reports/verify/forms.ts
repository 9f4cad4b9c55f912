import {attribute, xml} from '../check/forms/junit.js'
import type {Verified, VerifyReport} from './report.js'

function said({differences, because, fix}: Verified): string {
  const found = differences.map(({field, expected, actual}) => `${field}: ${actual}, expected ${expected}`)
  return [...found, because, ...(fix === undefined ? [] : [fix])].filter(each => each !== '').join('\n')
}

function testCase(result: Verified): readonly string[] {
  const {expectation, verdict, because} = result
  const open = `    <testcase classname="${attribute(expectation.from)}" name="${attribute(expectation.name)}"`
  if (verdict === 'holds') return [`${open}/>`]
  const inner =
    verdict === 'fails'
      ? `      <failure message="${attribute(because)}">${xml(said(result))}</failure>`
      : `      <skipped message="${attribute(`undecided: ${because}`)}"/>`
  return [`${open}>`, inner, '    </testcase>']
}

/** JUnit: a test case per expectation; one that cannot be decided is skipped, with the reason. */
export function junitOf({file, results}: VerifyReport): string {
  const of = (verdict: Verified['verdict']) => results.filter(each => each.verdict === verdict).length
  const counts = `tests="${results.length}" failures="${of('fails')}" errors="0" skipped="${of('undecided')}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="meshctl verify" ${counts}>`,
    `  <testsuite name="${attribute(file)}" ${counts}>`,
    ...results.flatMap(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

const RULE = 'expectation'

/** SARIF 2.1.0: a result per expectation that does not hold. */
export function sarifOf({file, results}: VerifyReport): string {
  const uri = file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')
  const found = results.filter(each => each.verdict !== 'holds')
  return `${JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {name: 'meshctl', rules: [{id: RULE, shortDescription: {text: 'A request comes out as expected'}}]},
          },
          results: found.map(each => ({
            ruleId: RULE,
            level: each.verdict === 'fails' ? 'error' : 'warning',
            message: {text: `${each.expectation.name}: ${said(each)}`},
            locations: [{physicalLocation: {artifactLocation: {uri}, region: {startLine: 1}}}],
          })),
        },
      ],
    },
    null,
    2,
  )}\n`
}
