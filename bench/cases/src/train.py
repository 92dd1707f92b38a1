import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float, required=True)
print(f"rate {parser.parse_args().rate}")
