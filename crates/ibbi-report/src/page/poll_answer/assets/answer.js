// answer
