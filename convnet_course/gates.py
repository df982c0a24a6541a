"""The accuracy gates of this course: how good a trained network must be, and how often it may be trained.

`python benchmarks/gates.py` trains the right solution with 200 or more seeds on the data that notebooks are graded on,
with the notebook's settings, and docs/gates.md shows the accuracies. Threshold and number of tries are chosen so that a
right solution fails with a probability of at most 0.001.
"""

from coursepack.checks.gates import Gate

SIMPLE_FC = Gate(threshold=0.84, tries=2)
SIMPLE_CNN = Gate(threshold=0.84, tries=2)
# Both train on 960 images when they are graded. One in six of ConvMaxPoolNetwork's trainings collapses (Adam at a
# learning rate of 0.01), so it gets more tries.
CONV_MAX_POOL = Gate(threshold=0.70, tries=6)
CONV_BATCH_NORM = Gate(threshold=0.70, tries=3)
# For any design: networks that exceed 99 % on all of MNIST reach 97 to 99 % if they learn from 3,000 images only.
CAPSTONE = Gate(threshold=0.95, tries=2)
# ps6 is graded on the coloured shapes, with a width of 8.
CONV_NET = Gate(threshold=0.85, tries=2)
