import {firstCommandsAnswer} from './form-commands.js'

firstCommandsAnswer(1)
