import {worthlessTexts} from './worthless-texts.js'

worthlessTexts(1)
