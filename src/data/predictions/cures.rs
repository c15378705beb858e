//! Lines to paste that make a file that is read here of one that is not.

use super::foreign::Kind;

impl Kind {
    /// Python or R, to be pasted.
    pub fn lines(self) -> &'static [&'static str] {
        match self {
            Self::Torch => &[
                "import torch, numpy as np",
                "d = torch.load(FILE, map_location=\"cpu\")",
                "np.savez(\"preds.npz\", logit=d[\"logit\"].float().numpy(), label=d[\"label\"].numpy())",
            ],
            Self::Pickle => &[
                "import pandas as pd  # joblib.load instead of read_pickle where joblib wrote it",
                "d = pd.DataFrame(pd.read_pickle(FILE))",
                "d.to_csv(\"preds.csv\", index=False)",
            ],
            Self::Joblib => &[
                "import joblib, pandas as pd",
                "d = pd.DataFrame(joblib.load(FILE))",
                "d.to_csv(\"preds.csv\", index=False)",
            ],
            Self::HtmlTable => &[
                "import pandas as pd  # and lxml",
                "d = pd.read_html(FILE)[0]",
                "d.to_csv(\"preds.csv\", index=False)",
            ],
            Self::Utf32 => &[
                "d = open(FILE, encoding=\"utf-32\", newline=\"\").read()",
                "open(\"preds.csv\", \"w\", encoding=\"utf-8\", newline=\"\").write(d)",
            ],
            Self::Dput => &[
                "# in R",
                "d <- dget(FILE)",
                "write.csv(d, \"preds.csv\", row.names = FALSE)",
            ],
            Self::Excel | Self::OldExcel => &[
                "import pandas as pd  # and openpyxl, or xlrd for .xls",
                "d = pd.read_excel(FILE)",
                "d.to_csv(\"preds.csv\", index=False)",
            ],
            Self::OpenDocument => &[
                "import pandas as pd  # and odfpy",
                "d = pd.read_excel(FILE, engine=\"odf\")",
                "d.to_csv(\"preds.csv\", index=False)",
            ],
            Self::Hdf5 => &[
                "import h5py, numpy as np  # pandas.read_hdf where pandas wrote it",
                "d = h5py.File(FILE)",
                "np.savez(\"preds.npz\", logit=d[\"logit\"][:], label=d[\"label\"][:])",
            ],
            Self::Matlab => &[
                "import numpy as np; from scipy.io import loadmat",
                "d = loadmat(FILE)",
                "np.savez(\"preds.npz\", logit=d[\"logit\"], label=d[\"label\"].ravel())",
            ],
            Self::Matlab73 => &[
                "import h5py, numpy as np",
                "d = h5py.File(FILE)",
                "np.savez(\"preds.npz\", logit=d[\"logit\"][:].T, label=d[\"label\"][:].ravel())",
            ],
            Self::Root => &[
                "import uproot",
                "d = uproot.open(FILE)[\"tree\"].arrays(library=\"pd\")",
                "d.to_csv(\"preds.csv\", index=False)",
            ],
            Self::Rds => &[
                "# in R",
                "d <- readRDS(FILE)",
                "write.csv(d, \"preds.csv\", row.names = FALSE)",
            ],
            Self::RData => &[
                "# in R; load says the names",
                "print(load(FILE))",
                "write.csv(d, \"preds.csv\", row.names = FALSE)",
            ],
            Self::Sqlite => &[
                "import sqlite3, pandas as pd",
                "d = pd.read_sql(\"select * from predictions\", sqlite3.connect(FILE))",
                "d.to_csv(\"preds.csv\", index=False)",
            ],
            Self::Orc => &[
                "from pyarrow import orc, parquet",
                "d = orc.read_table(FILE)",
                "parquet.write_table(d, \"preds.parquet\")",
            ],
            Self::Avro => &[
                "import pandas as pd; from fastavro import reader",
                "d = pd.DataFrame(reader(open(FILE, \"rb\")))",
                "d.to_csv(\"preds.csv\", index=False)",
            ],
            Self::TfRecord => &[
                "import numpy as np, tensorflow as tf",
                "d = [tf.train.Example.FromString(r.numpy()).features.feature for r in tf.data.TFRecordDataset(FILE)]",
                "np.savez(\"preds.npz\", logit=[r[\"logit\"].float_list.value[0] for r in d], \
                 label=[r[\"label\"].int64_list.value[0] for r in d])",
            ],
            Self::Feather1 => &[
                "from pyarrow import feather",
                "d = feather.read_table(FILE)",
                "feather.write_feather(d, \"preds.feather\")",
            ],
            Self::Arrow => &[
                "from pyarrow import feather, parquet  # ipc.open_stream(FILE).read_all() where it is a stream",
                "d = feather.read_table(FILE)",
                "parquet.write_table(d, \"preds.parquet\")",
            ],
            Self::NetCdf => &[
                "import xarray",
                "d = xarray.open_dataset(FILE).to_dataframe()",
                "d.to_csv(\"preds.csv\", index=False)",
            ],
            Self::Stata => &[
                "import pandas as pd",
                "d = pd.read_stata(FILE)",
                "d.to_csv(\"preds.csv\", index=False)",
            ],
            Self::Sas => &[
                "import pandas as pd",
                "d = pd.read_sas(FILE, format=\"sas7bdat\")",
                "d.to_csv(\"preds.csv\", index=False)",
            ],
            Self::Spss => &[
                "import pandas as pd  # and pyreadstat",
                "d = pd.read_spss(FILE)",
                "d.to_csv(\"preds.csv\", index=False)",
            ],
            Self::Tar
            | Self::Zip
            | Self::SevenZip
            | Self::Rar
            | Self::Xz
            | Self::Bzip2
            | Self::Lz4 => &[],
            Self::TensorBoard | Self::SecretParquet | Self::Image | Self::Pdf => &[],
            Self::Html | Self::Xml | Self::LfsPointer => &[],
        }
    }
}
