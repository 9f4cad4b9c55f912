import {Flags} from '@oclif/core'
import {NO_NEEDS} from '../src/cli/command-needs.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {layoutFor, write} from '../src/cli/output/streams.js'
import {nextStep} from '../src/cli/tour/next-step.js'
import {TOUR} from '../src/cli/tour/steps.js'
import {example} from '../src/cli/usage/example.js'
import {prose} from '../src/terminal/doc.js'
import {renderDoc} from '../src/terminal/render.js'

export default class Tour extends MeshCommand {
  static override summary = 'Walk through a broken mesh in five steps, without a cluster'
  static override examples = [example('Take the tour', 'tour'), example('Show its fourth step only', 'tour --step 4')]
  static override needs = NO_NEEDS
  static override flags = {
    step: Flags.integer({min: 1, max: TOUR.length, helpValue: 'N', description: 'show this step only (default: all)'}),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Tour)
    const colour = flags['no-color'] ? 'never' : flags.color
    const layout = layoutFor(process.stdout, colour, true, process.env)
    for (const [at, {question, look, command}] of TOUR.entries()) {
      if (flags.step !== undefined && flags.step !== at + 1) continue
      const line = `$ ${this.config.bin} ${command.join(' ')} --from sample`
      const lines = [prose(look), '', {text: line, tone: 'strong'} as const, '']
      const heading = `Step ${at + 1} of ${TOUR.length}: ${question}`
      await write(
        process.stdout,
        renderDoc(
          [
            {block: 'heading', text: heading},
            {block: 'text', lines},
          ],
          layout,
        ),
      )
      const [id = '', ...rest] = command
      await this.config.runCommand(id, [...rest, '--from', 'sample', '-n', 'demo'])
      const last = at === TOUR.length - 1 || flags.step !== undefined
      if (!last && !(await nextStep())) break
      await write(process.stdout, '\n')
    }
    // The findings are those of the sample mesh: the tour itself went well.
    process.exitCode = 0
  }
}
