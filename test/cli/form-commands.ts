import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {INPUT_FORMS} from '../../src/model/evidence/input-form.js'
import {SPECIMENS} from '../fixtures/forms/specimens.js'
import {meshctl} from '../support/cli.js'
import {corpusShare} from '../support/oracle-size.js'
import {tempFolder} from '../support/temp-folder.js'

/** Runs the first command of a share of the forms about their specimens. */
export function firstCommandsAnswer(share: number): void {
  const folder = tempFolder('form-commands')
  const asked = corpusShare('FORMS', SPECIMENS, share)
  test.each(asked.map(specimen => [specimen.form, specimen] as const))(
    '%s: its first command answers',
    async (form, {text, answer}) => {
      const path = join(folder, `${form}.txt`)
      writeFileSync(path, text)
      const {commands} = INPUT_FORMS.find(({id}) => id === form) ?? {commands: []}
      const [command] = commands
      const run = await meshctl(command === undefined ? ['read', path] : [...command.split(' '), '-f', path])
      expect(`${run.stdout}${run.stderr}`.replace(/\s+/g, ' ')).toMatch(answer)
      expect([0, 1, 3]).toContain(run.code)
    },
  )
}
